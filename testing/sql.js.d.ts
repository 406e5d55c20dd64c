/** What the tests use of sql.js, which brings no types: a SQLite whose schema can be written, as an attacker's can. */
declare module "sql.js" {
  export interface SqlDatabase {
    exec(sql: string): readonly { readonly values: readonly (readonly unknown[])[] }[];
    run(sql: string, values: readonly unknown[]): void;
    export(): Uint8Array;
    close(): void;
  }
  // biome-ignore lint/style/noDefaultExport: it is theirs
  export default function load(): Promise<{ readonly Database: new (bytes: Uint8Array) => SqlDatabase }>;
}
