// Every key used exists in every language, every key kept is used, and both languages have the same keys.
import { readFileSync, readdirSync } from "node:fs";
import { filesUnder } from "./files.mjs";

const source = "zh-CN";
const languages = readdirSync("src/i18n").filter((name) => !name.includes("."));
const flatten = (value, prefix) => Object.entries(value).flatMap(([key, inner]) => (typeof inner === "string" ? [`${prefix}${key}`] : flatten(inner, `${prefix}${key}.`)));
// i18next adds the plural form of the language to the key; both languages are compared without it.
const base = (key) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const kept = Object.fromEntries(
  languages.map((language) => [
    language,
    new Set(
      readdirSync(`src/i18n/${language}`).flatMap((file) => {
        const area = file.replace(/\.json$/, "");
        return flatten(JSON.parse(readFileSync(`src/i18n/${language}/${file}`, "utf8")), `${area}:`).map(base);
      }),
    ),
  ]),
);

const used = new Set();
const prefixes = new Set();
const missing = [];
for (const path of filesUnder("src", ".ts", ".tsx")) {
  if (path.endsWith(".d.ts") || /\.test\.tsx?$/.test(path)) continue;
  const text = readFileSync(path, "utf8");
  const areas = [...text.matchAll(/useTranslation\((?:\[)?"(\w+)"/g)].map((match) => match[1]);
  // Helpers that are handed a `t` name their area by the folder they stand in.
  const area = areas[0] ?? /src\/areas\/(\w+)\//.exec(path)?.[1] ?? "common";
  const full = (key) => (key.includes(":") ? key : `${area}:${key}`);
  const keys = [...text.matchAll(/\b(?:t|words|translate)\(\s*([^)]*)/g)].flatMap((match) => [...match[1].matchAll(/"([\w-]+(?:[.:][\w-]+)+|title|unassigned|skip|offline|unknown|loading|copy|copied)"/g)].map((literal) => literal[1]));
  for (const key of keys) {
    used.add(full(key));
    for (const language of languages) if (!kept[language].has(full(key))) missing.push(`${path}: ${language} lacks ${full(key)}`);
  }
  for (const match of text.matchAll(/\b(?:t|words|translate)\(\s*`([^`$]*)\$\{/g)) prefixes.add(full(match[1]));
}
const unused = [...kept[source]].filter((key) => !used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix)));
const uneven = languages.flatMap((language) => languages.flatMap((other) => [...kept[language]].filter((key) => !kept[other].has(key)).map((key) => `${other} lacks ${key} of ${language}`)));
const found = [...new Set(missing), ...unused.map((key) => `unused: ${key}`), ...new Set(uneven)];
if (found.length > 0) {
  console.error(found.join("\n"));
  process.exit(1);
}
