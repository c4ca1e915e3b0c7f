import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** All files under a folder whose name ends in one of the given ways. */
export function filesUnder(folder, ...endings) {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesUnder(path, ...endings) : endings.some((ending) => path.endsWith(ending)) ? [path] : []));
}
