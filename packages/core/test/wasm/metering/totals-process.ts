/** Writes the totals of as many modules as its argument says. */
import { totals } from "./totals.ts";

process.stdout.write(totals(Number(process.argv[2])));
