import type { Outputs } from "../../operations/catalog.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import { width } from "../text/width.ts";
import type { View } from "./view.ts";

type Document = Outputs["doctor"];
type Finding = Document["findings"][number];

const MARK = { ok: "ok", warning: "warning", problem: "problem" } as const;
const PAINTS = { ok: "good", warning: "warning", problem: "bad" } as const;

export const stateDoctorView: View<Document> = ({ state_root, findings, fixed, status }, paint) => {
  const names = Math.max(...findings.map(({ id }) => width(words(id))));
  const left = findings.filter(({ fixable }) => fixable).length;
  const many = (level: Finding["level"]): number => findings.filter((each) => each.level === level).length;
  return [
    `${paint.strong("state root")}  ${safe(state_root)}`,
    "",
    ...fixed.map((each) => `${paint.good("fixed")}    ${words(each.id).padEnd(names)}  ${line(each)}`),
    ...findings.flatMap((each) => lines(each, names, paint)),
    "",
    status === "ok"
      ? paint.good("all is well")
      : `${count(many("problem"), "problem")}, ${count(many("warning"), "warning")}${left === 0 ? "" : paint.command(`; palyra doctor --fix mends ${left === 1 ? "one" : left}`)}`,
  ];
};

function lines(finding: Finding, names: number, paint: Paint): string[] {
  const { id, level, advice, fixable } = finding;
  const mark = paint[PAINTS[level]](MARK[level]) + " ".repeat(MARK.warning.length - MARK[level].length);
  const indent = " ".repeat(MARK.warning.length + names + 4);
  return [
    `${mark}  ${words(id).padEnd(names)}  ${line(finding)}`,
    ...(advice === null || fixable ? [] : [indent + paint.faint(paint.command(prose(advice)))]),
  ];
}

/** Where all is well, where it lies is not worth a line. */
function line({ level, message, where }: Finding): string {
  return level === "ok" || where === null || message.includes(where) ? prose(message) : `${prose(message)}: ${safe(where)}`;
}

const words = (id: string): string => safe(id.replaceAll("_", " "));
