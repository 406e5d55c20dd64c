import { placeDigest } from "../files/index.ts";
import { skillsFolder } from "./layout.ts";

/** What events know a folder of skills by: a journal may serve several (spec 3.3, 5.3). */
export function folderPlace(skillsRoot: string): Promise<string> {
  return placeDigest(skillsFolder(skillsRoot).index);
}
