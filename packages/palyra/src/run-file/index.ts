/** What a running daemon leaves for the commands of its state root: where it is, and how it proves it (spec 6, T29). */
export { type RunFile, readRunFile, removeRunFile, runFileOf, runFolder, runLockOf, writeRunFile } from "./document.ts";
export { challengeProof, isSame, ownerToken } from "./proof.ts";
