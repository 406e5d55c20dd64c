/** The style of the page, on its own so that its digest can stand in the page's policy. No fonts, no images, no addresses. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d7dce1; --card: #ffffff; --page: #f4f6f8;
  --fail: #b3261e; --warn: #8a5a00; --pass: #1f7a3d; --code: #eef1f4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #333b43; --card: #171b20; --page: #0f1215;
  --fail: #ff8a80; --warn: #f0b952; --pass: #6fcf8e; --code: #20262c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0.4rem 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, monospace; background: var(--code); border-radius: 4px; }
code { padding: 0.1em 0.3em; overflow-wrap: anywhere; }
pre { padding: 0.6rem 0.8rem; margin: 0.5rem 0; overflow-x: auto; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.2rem; margin-top: 1.2rem; }
article { border-left: 4px solid var(--line); padding: 0.2rem 0 0.2rem 0.9rem; margin: 1rem 0; }
article.fail { border-color: var(--fail); }
article.warn, article.skipped { border-color: var(--warn); }
.label { font-weight: 600; }
.fail > .label, .verdict.fail { color: var(--fail); }
.warn > .label, .skipped > .label, .verdict.warn { color: var(--warn); }
.verdict.pass { color: var(--pass); }
.verdict { font-weight: 600; font-size: 1.1rem; margin: 0.2rem 0 0; }
.soft, footer { color: var(--soft); }
details { margin-top: 0.8rem; }
summary { cursor: pointer; color: var(--soft); }
ul { margin: 0.4rem 0; padding-left: 1.2rem; }
dl { margin: 0.4rem 0; }
dt { font-weight: 600; margin-top: 0.6rem; }
dd { margin: 0; }
footer { margin-top: 2rem; font-size: 0.85rem; }
@media print { body { background: none; } section { break-inside: avoid-page; border: none; padding: 0; } }
`;
