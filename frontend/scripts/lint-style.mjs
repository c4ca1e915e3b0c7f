// Colours and px font sizes have one home, theme/; texts of the screen have another, i18n/.
import { readFileSync } from "node:fs";
import { filesUnder } from "./files.mjs";

const rules = [
  { name: "hex colour outside theme/", ends: [".ts", ".tsx", ".css"], pattern: /#[0-9a-f]{3,8}\b(?![-\w])/i, unless: /href=|`#|"#|\/\^#/ },
  { name: "colour function outside theme/", ends: [".ts", ".tsx", ".css"], pattern: /\b(?:rgba?|hsla?)\(/ },
  { name: "px font size outside theme/", ends: [".css", ".tsx"], pattern: /font-size:\s*\d|\bfont:[^;]*\d+px/ },
  { name: "antd <Tag color>", ends: [".tsx"], pattern: /<Tag\b[^>]*color/ },
  { name: "Chinese text in code", ends: [".tsx"], pattern: /[\u4e00-\u9fff]/, withoutComments: true },
];
const stripped = (text) => text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, "")).replace(/(^|\s)\/\/.*$/gm, "");

const found = [];
for (const path of filesUnder("src", ".ts", ".tsx", ".css")) {
  if (path.startsWith("src/theme/") || path.endsWith("schema.d.ts") || /\.test\.tsx?$/.test(path) || path.startsWith("src/test/")) continue;
  const text = readFileSync(path, "utf8");
  for (const rule of rules.filter(({ ends }) => ends.some((end) => path.endsWith(end)))) {
    const lines = (rule.withoutComments ? stripped(text) : text).split("\n");
    lines.forEach((line, index) => {
      if (rule.pattern.test(line) && !rule.unless?.test(line)) found.push(`${path}:${index + 1}: ${rule.name}: ${line.trim().slice(0, 100)}`);
    });
  }
}
if (found.length > 0) {
  console.error(found.join("\n"));
  process.exit(1);
}
