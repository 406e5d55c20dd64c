export type { InstalledEntry, SecretKey, Source, SourceKind } from "./entry.ts";
