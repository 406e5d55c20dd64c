export interface Branch {
  readonly text: string;
  readonly children?: readonly Branch[];
}

/** Branches under each other, joined by lines. */
export function tree(branches: readonly Branch[], indent = ""): string[] {
  return branches.flatMap((branch, place) => {
    const last = place === branches.length - 1;
    return [`${indent}${last ? "└─ " : "├─ "}${branch.text}`, ...tree(branch.children ?? [], `${indent}${last ? "   " : "│  "}`)];
  });
}
