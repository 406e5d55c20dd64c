/** What is made once for all who ask, and anew once it failed: a moment's error of a vault or a file is not everybody's until a restart. */
export class Once<Value> {
  readonly #make: () => Promise<Value>;
  #made: Promise<Value> | undefined;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  /** Those who ask while it is made share what it comes to. */
  get(): Promise<Value> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** For whoever ends it: what is there or on its way; undefined where nobody asked, or it failed. */
  async made(): Promise<Value | undefined> {
    return this.#made?.catch(() => undefined);
  }
}
