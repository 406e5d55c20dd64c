import type { Readable, Writable } from "node:stream";
import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from "@modelcontextprotocol/client";
import type { HostedTool, ToolAnswer, ToolCall, ToolHost } from "../../src/mcp/index.ts";

export const ECHO: HostedTool = {
  id: "acme.echo",
  modelName: "acme_echo",
  title: "echo",
  description: "Gives a text back.",
  inputSchema: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
  outputSchema: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
  skillId: "acme.echo_http",
  version: "1.0.0",
  publisher: "acme",
  uses: { hosts: [], writeRoots: [], sensitive: false },
};

export const RAN = { skillId: "acme.echo_http", version: "1.0.0", artifactSha256: "ab".repeat(32), usage: { fuel: 12n } };

/** What a tool answers that gives back what it is given. */
export const echoed = (input: string): ToolAnswer => ({ kind: "ok", output: input, value: JSON.parse(input), ran: RAN });

/** A host whose tools and answers a test sets; it keeps what it was called with. */
export class TestHost implements ToolHost {
  tools: readonly HostedTool[] = [ECHO];
  readonly calls: ToolCall[] = [];
  readonly #listeners = new Set<() => void>();
  answer: (call: ToolCall) => ToolAnswer | Promise<ToolAnswer> = ({ input }) => echoed(input);

  async list(): Promise<readonly HostedTool[]> {
    return this.tools;
  }

  async call(call: ToolCall): Promise<ToolAnswer> {
    this.calls.push(call);
    return this.answer(call);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  change(tools: readonly HostedTool[]): void {
    this.tools = tools;
    for (const listener of this.#listeners) listener();
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** The other end of the server's stdin and stdout, in this process. */
export class StreamTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #to: Writable;
  readonly #from: Readable;
  readonly #lines = new ReadBuffer();

  constructor(to: Writable, from: Readable) {
    this.#to = to;
    this.#from = from;
  }

  async start(): Promise<void> {
    this.#from.on("data", (chunk: Buffer) => {
      this.#lines.append(chunk);
      for (let message = this.#lines.readMessage(); message !== null; message = this.#lines.readMessage())
        this.onmessage?.(message);
    });
    this.#from.once("end", () => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#to.write(serializeMessage(message));
  }

  async close(): Promise<void> {
    this.#to.end();
    this.onclose?.();
  }
}
