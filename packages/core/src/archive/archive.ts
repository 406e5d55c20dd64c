/** An archive that has been read in full: every byte of it accounted for (spec 1.2, 1.3, 1.6). */
export interface Archive {
  /** File entries, ascending by the UTF-8 bytes of their path. */
  readonly entries: readonly ArchiveEntry[];
  /** Bytes of the archive itself. */
  readonly size: number;
  get(path: string): ArchiveEntry | undefined;
}

export interface ArchiveEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Lower-case hex of the content's SHA-256, made while the next entry inflates. */
  readonly sha256: string;
}

/** The two places in which the three security files may lie (spec 1.1). */
export type LayoutName = "namespaced" | "flat";
export interface Layout {
  readonly name: LayoutName;
  readonly sbom: string;
  readonly provenance: string;
  readonly signature: string;
}
