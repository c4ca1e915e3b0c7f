// The script bytes that a first visit loads, from the build's manifest: the shell's entry and the login page's.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMITS = { shell: 350, login: 130 };
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));

function closure(names) {
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of manifest[name]?.imports ?? []) visit(next);
  };
  names.forEach(visit);
  return [...seen];
}
const kB = (names) => Math.round(names.reduce((sum, name) => sum + gzipSync(readFileSync(`dist/${manifest[name].file}`)).length, 0) / 1000);
const sizes = {
  shell: kB(closure(["index.html", "src/app/SignedIn.tsx"])),
  login: kB(closure(["index.html", "src/areas/access/LoginPage.tsx"])),
};
for (const [name, size] of Object.entries(sizes)) console.log(`${name}: ${size} kB gzip of ${LIMITS[name]}`);
if (Object.entries(sizes).some(([name, size]) => size > LIMITS[name])) process.exit(1);
