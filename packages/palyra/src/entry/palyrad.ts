/** The daemon's command. */
import { runDaemonCommand } from "./palyrad-main.ts";

// What a thread still does must not keep a daemon that has stopped: all that had to be finished is.
process.exit(await runDaemonCommand(process.argv.slice(2)));
