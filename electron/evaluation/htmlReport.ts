/** A candidate's report as one HTML file that needs nothing else: settings, data, curves, ranks and sample answers. */
import { readCandidate, readingWords } from '../../shared/candidateReading.ts'
import { perplexity, reasonWords, type LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import type { Candidate, Model, ModelVersion } from '../../shared/model.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import { curveSvg } from './curveSvg.ts'
import { escapeHtml } from './escapeHtml.ts'
import { evaluationSection, sampleBlock, type SampleAnswer } from './evaluationSection.ts'
import type { ReportWords } from './reportWords.ts'

export interface ReportFacts {
  readonly model: Model
  readonly version: ModelVersion
  readonly candidate: Candidate
  readonly leaderboard: readonly LeaderboardEntry[]
  readonly points: readonly MetricPoint[]
  readonly samples: readonly SampleAnswer[]
  /** Null when the candidate was not evaluated. */
  readonly evaluation: Evaluation | null
  readonly language: 'en' | 'zh'
  readonly writtenAtMs: number
}

export function htmlReport(facts: ReportFacts, words: ReportWords): string {
  const { model, version, candidate } = facts
  const of = (metric: MetricName) => facts.points.filter((point) => point.metric === metric)
  const curve = (title: string, training: MetricName, validation: MetricName) =>
    curveSvg(title, [
      { name: words.training, colour: '#7a8b99', points: of(training) },
      { name: words.validation, colour: '#0b7285', points: of(validation) },
    ])
  const title = `${model.name} · V${version.number} · ${candidate.baseModelName}`
  return `<!doctype html>
<html lang="${facts.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="quiet">${escapeHtml(words.writtenAt(new Date(facts.writtenAtMs)))}</p>
${evaluationSection(facts.evaluation, words)}
<h2>${escapeHtml(words.leaderboard)}</h2>
<table>
<thead><tr>${[words.rank, words.baseModel, words.validationLoss, words.perplexity, words.trainingLoss, words.time].map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>
<tbody>${facts.leaderboard.map((entry) => leaderboardRow(entry, words)).join('')}</tbody>
</table>
${suggestionSentence(facts, words)}
<h2>${escapeHtml(words.curves)}</h2>
${readingSentence(facts, words)}
<div class="pair">${curve(words.loss, 'train_loss', 'validation_loss')}${curve(words.perplexity, 'train_perplexity', 'validation_perplexity')}</div>
${samplesSection(facts.samples, words)}
<h2>${escapeHtml(words.settings)}</h2>
<table class="facts"><tbody>
${factRow(words.dataset, `${version.datasetName} (SHA-256 ${version.datasetSha256.slice(0, 16)}…)`)}
${factRow(words.columns, `${version.columns.question} → ${version.columns.answer}`)}
${factRow(words.rows, words.rowCounts(version.trainingRowCount, version.validationRowCount))}
${factRow(words.template, candidate.promptTemplate.prompt)}
${Object.entries(candidate.hyperparameters)
  .map(([name, value]) => factRow(name, value))
  .join('\n')}
${factRow(words.job, candidate.trainingJobName)}
</tbody></table>
</main>
</body>
</html>
`
}

const style = `
:root{color-scheme:light dark;--ink:#1c2733;--quiet:#5c6b7a;--line:#dde3e8;--paper:#fff;--card:#f6f8f9;--accent:#0b7285}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebef;--quiet:#9fb0be;--line:#33414d;--paper:#14191e;--card:#1c242b;--accent:#3bc9db}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:60rem;margin:0 auto;padding:3rem 1.5rem}
h1{font-size:1.8rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .75rem}
.quiet{color:var(--quiet);margin:.25rem 0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .75rem;border-bottom:1px solid var(--line);vertical-align:top}
td.number{font-variant-numeric:tabular-nums}tr.chosen td{font-weight:600}.facts th{font-weight:500;color:var(--quiet);width:16rem}.facts td{white-space:pre-wrap;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
.sample{background:var(--card);border-radius:12px;padding:1rem 1.25rem;margin-bottom:1rem}.sample h3{margin:0 0 .75rem;font-size:1rem}
.sample dl{display:grid;grid-template-columns:9rem 1fr;gap:.4rem 1rem;margin:0}.sample dt{color:var(--quiet)}.sample dd{margin:0;white-space:pre-wrap}
.verdict{font-size:1.2rem;font-weight:600;margin:.5rem 0}.sample dd.tuned{border-left:3px solid var(--accent);padding-left:.75rem}svg text{fill:var(--quiet);font:12px system-ui,sans-serif}svg .axis{stroke:var(--line)}svg figcaption{color:var(--ink)}
figure{margin:0}figcaption{font-weight:600;margin-bottom:.5rem}`

function leaderboardRow(entry: LeaderboardEntry, words: ReportWords): string {
  const badges = [entry.suggested ? words.suggested : '', entry.chosen ? words.chosen : '']
    .filter((badge) => badge !== '')
    .join(', ')
  const number = (value: number | null) =>
    `<td class="number">${value === null ? '–' : value.toFixed(3)}</td>`
  return `<tr${entry.chosen ? ' class="chosen"' : ''}><td>${entry.rank ?? '–'}</td><td>${escapeHtml(entry.baseModelName)}${badges ? ` <span class="quiet">(${escapeHtml(badges)})</span>` : ''}</td>${number(entry.validationLoss)}${number(entry.validationLoss === null ? null : perplexity(entry.validationLoss))}${number(entry.trainingLoss)}<td class="number">${entry.trainingSeconds === null ? '–' : escapeHtml(words.seconds(entry.trainingSeconds))}</td></tr>`
}

function readingSentence({ candidate, points }: ReportFacts, words: ReportWords): string {
  const reading = readCandidate(candidate, points)
  if (!reading) return ''
  const { key, values } = readingWords(reading)
  return `<p>${escapeHtml(words.analysis(key.replace('analysis:', ''), values))}</p>`
}

function suggestionSentence({ leaderboard, language }: ReportFacts, words: ReportWords): string {
  const analysis = (key: string, values?: Record<string, string>) =>
    words.analysis(key.replace('analysis:', ''), values)
  const suggested = leaderboard.find((entry) => entry.suggested)
  const why = suggested && reasonWords(suggested, analysis, language)
  return why ? `<p>${escapeHtml(analysis(why.key, why.values))}</p>` : ''
}

function samplesSection(samples: readonly SampleAnswer[], words: ReportWords): string {
  if (samples.length === 0) return ''
  return `<h2>${escapeHtml(words.samples)}</h2>
<p class="quiet">${escapeHtml(words.samplesNote)}</p>
${samples.map((sample) => sampleBlock(sample, words)).join('\n')}`
}

function factRow(name: string, value: string): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`
}
