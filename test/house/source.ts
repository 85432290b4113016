// Reads the tree for the house rules, and blanks what is not code, so that a rule about code never meets a sentence.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the root of the tree, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every .ts file of the given folders that exists, by path; generated ones are left out. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => filesUnder(join(root, folder)))
    .filter((path) => path.endsWith('.ts') && !/[/\\]generated[^/\\]*\.ts$/.test(path))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/[/\\]node_modules([/\\]|$)/.test(entry.parentPath))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

const masked = new WeakMap<SourceFile, string>();

/** The text with comments and the insides of strings blanked; lines and columns stay where they were. */
export function codeOf(file: SourceFile): string {
  const known = masked.get(file);
  if (known !== undefined) return known;
  const code = maskText(file);
  masked.set(file, code);
  return code;
}

function maskText(file: SourceFile): string {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const parts: string[] = [];
  visit(tree);
  return parts.join('');

  function visit(node: ts.Node): void {
    const children = node.getChildren(tree).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const start = node.getStart(tree);
    parts.push(blank(file.text.slice(node.getFullStart(), start)));
    const token = file.text.slice(start, node.getEnd());
    parts.push(isText(node) ? token.slice(0, 1) + blank(token.slice(1, -1)) + token.slice(-1) : token);
  }
}

/** String, template and regular expression tokens. */
function isText(node: ts.Node): boolean {
  return node.kind >= ts.SyntaxKind.FirstLiteralToken && node.kind <= ts.SyntaxKind.LastTemplateToken
    ? node.kind !== ts.SyntaxKind.NumericLiteral && node.kind !== ts.SyntaxKind.BigIntLiteral
    : false;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
