/** The report's own style sheet: light or dark on a screen, light on paper. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1c2733;--quiet:#55636f;--line:#dde3e8;--paper:#fff;--card:#f6f8f9;--accent:#0b7285;--other:#8a97a3}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6ebef;--quiet:#a9b6c1;--line:#33414d;--paper:#14191e;--card:#1c242b;--accent:#3bc9db;--other:#74828f}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:60rem;margin:0 auto;padding:3rem 1.5rem}
h1{font-size:1.8rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.25rem;margin:3rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}
.quiet{color:var(--quiet);margin:.25rem 0 1rem}.fine{color:var(--quiet);font-size:.85rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.number,th.number{font-variant-numeric:tabular-nums}td.number .fine{white-space:nowrap}tr.chosen td{font-weight:600}
.facts th{font-weight:500;color:var(--quiet);width:16rem}.facts td{white-space:pre-wrap;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
.lead{background:var(--card);border-radius:12px;padding:1.25rem 1.5rem;margin:1.5rem 0}
.verdict{font-size:1.3rem;line-height:1.35;font-weight:650;margin:0 0 .5rem}.lead ul{margin:.75rem 0 0;padding-left:1.2rem}
.sample{background:var(--card);border-radius:12px;padding:1rem 1.25rem;margin-bottom:1rem;break-inside:avoid}.sample h4{margin:0 0 .75rem;font-size:1rem}
.sample dl{display:grid;grid-template-columns:9rem 1fr;gap:.4rem 1rem;margin:0}.sample dt{color:var(--quiet)}.sample dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.sample dd.tuned{border-left:3px solid var(--accent);padding-left:.75rem}
svg text{fill:var(--quiet);font:12px system-ui,sans-serif}svg .axis{stroke:var(--line)}svg .tuned{fill:var(--accent)}svg .base{fill:var(--other)}
figure{margin:1rem 0;break-inside:avoid}figcaption{font-weight:600;margin-bottom:.5rem}h2,h3{break-after:avoid}tr{break-inside:avoid}
@page{margin:16mm}
@media print{main{padding:0;max-width:none}body{font-size:13px}}`
