/** What operators watch (spec 8). Labels are of closed sets: routes as the table has them, methods and statuses of HTTP, outcomes of ours. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { VERSION } from "../version.ts";

/** Seconds. */
const PASS_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];

/** A pass of the re-audit, as far as it is counted. */
export interface PassCounts {
  readonly started_at_unix_ms: number;
  readonly finished_at_unix_ms: number;
  readonly unchanged: number;
  readonly checked: number;
  readonly quarantined: number;
  readonly already_stopped: number;
  readonly bytes: number;
}

interface Requests {
  readonly route: string;
  readonly method: string;
  readonly code: string;
  count: number;
  seconds: number;
}

export interface Gauges {
  /** Current versions by status; rejects where the state cannot be read. */
  readonly skills: () => Promise<ReadonlyMap<string, number>>;
  readonly streams: () => number;
  readonly ready: () => Promise<boolean>;
}

export class Metrics {
  readonly #registry = new Registry();
  /** By labels, since the last time that anybody looked: the library takes longer to count one than a read takes. */
  readonly #requests = new Map<string, Requests>();
  readonly #passes: Counter;
  readonly #passDuration: Histogram;
  readonly #passSkills: Counter;
  readonly #passBytes: Counter;
  readonly #lastPass: Gauge;

  constructor({ skills, streams, ready }: Gauges) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const build = new Gauge({ name: "palyra_build_info", help: "The version that runs", labelNames: ["version"], registers });
    build.set({ version: VERSION }, 1);
    const requests = this.#requests;
    const seconds = new Counter({
      name: "palyra_http_request_seconds_total",
      help: "Time from the headers of requests to the ends of their answers, by route",
      labelNames: ["route"],
      registers,
    });
    new Counter({
      name: "palyra_http_requests_total",
      help: "Requests by route, method and status",
      labelNames: ["route", "method", "code"],
      registers,
      collect() {
        for (const { route, method, code, count, seconds: spent } of requests.values()) {
          this.inc({ route, method, code }, count);
          seconds.inc({ route }, spent);
        }
        requests.clear();
      },
    });
    new Gauge({
      name: "palyra_skills",
      help: "Current versions of installed skills by status",
      labelNames: ["status"],
      registers,
      async collect() {
        this.reset();
        // Without a state there are no numbers, and palyra_ready says why.
        for (const [status, count] of await skills().catch(() => new Map<string, number>())) this.set({ status }, count);
      },
    });
    new Gauge({
      name: "palyra_event_streams",
      help: "Open streams of events",
      registers,
      collect() {
        this.set(streams());
      },
    });
    new Gauge({
      name: "palyra_ready",
      help: "1 where /readyz says so",
      registers,
      async collect() {
        this.set((await ready()) ? 1 : 0);
      },
    });
    this.#passes = new Counter({
      name: "palyra_reaudit_passes_total",
      help: "Passes of the re-audit: done, or stopped by the state of the host",
      labelNames: ["outcome"],
      registers,
    });
    this.#passDuration = new Histogram({
      name: "palyra_reaudit_pass_duration_seconds",
      help: "Time of a pass that was done",
      buckets: PASS_BUCKETS,
      registers,
    });
    this.#passSkills = new Counter({
      name: "palyra_reaudit_skills_total",
      help: "Skills that passes came by: unchanged ones are hashed only",
      labelNames: ["outcome"],
      registers,
    });
    this.#passBytes = new Counter({ name: "palyra_reaudit_bytes_total", help: "Bytes that passes have hashed", registers });
    this.#lastPass = new Gauge({
      name: "palyra_reaudit_last_done_timestamp_seconds",
      help: "When the last pass was done; 0: none yet",
      registers,
    });
    this.#lastPass.set(0);
    for (const outcome of ["done", "stopped"]) this.#passes.inc({ outcome }, 0);
  }

  request(route: string, method: string, code: number, seconds: number): void {
    const key = `${method} ${code} ${route}`;
    const known = this.#requests.get(key);
    if (known === undefined) this.#requests.set(key, { route, method, code: String(code), count: 1, seconds });
    else {
      known.count += 1;
      known.seconds += seconds;
    }
  }

  pass(counts: PassCounts): void {
    this.#passes.inc({ outcome: "done" });
    this.#passDuration.observe((counts.finished_at_unix_ms - counts.started_at_unix_ms) / 1000);
    this.#lastPass.set(counts.finished_at_unix_ms / 1000);
    this.#passBytes.inc(counts.bytes);
    for (const outcome of ["checked", "unchanged", "quarantined", "already_stopped"] as const)
      this.#passSkills.inc({ outcome }, counts[outcome]);
  }

  stoppedPass(): void {
    this.#passes.inc({ outcome: "stopped" });
  }

  get type(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
