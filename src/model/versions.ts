/**
 * Version of the matching rules. A log names the version under which it was written, because another one could make
 * other events of the same commands; raise it with every change after which a log would replay differently.
 */
export const MATCHING_RULES_VERSION = 2;
