/** The person pressed Ctrl-C at a question: neither yes nor no. Exit code 130, as of a process that SIGINT ends. */
export class Interrupted extends Error {}
