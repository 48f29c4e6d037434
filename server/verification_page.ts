/** The page behind a report's code: made for a telephone, without script, in the language asked for. */
import type { Lang } from "./api/common.ts";
import { momentText } from "./measures.ts";
import { say } from "./messages.ts";
import { COLORS } from "./reports/cells.ts";
import { html, Markup } from "./reports/markup.ts";
import type { Verified } from "./verification.ts";

export function verificationPage(hash: string, found: Verified | undefined, lang: Lang): string {
  const t = (key: string, params?: Record<string, unknown>) => say(lang, key, params);
  const other: Lang = lang === "zh" ? "en" : "zh";
  const state = found === undefined ? "unknown" : !found.whole ? "changed" : found.deleted_at !== null ? "away" : "known";
  return html`<!doctype html>
    <html lang="${lang === "zh" ? "zh-CN" : "en"}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${t("verify.title")}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <span>${t("service.title")}</span>
            <a href="/verify/${hash.slice(0, 80)}?lang=${other}" hreflang="${other}" lang="${other === "zh" ? "zh-CN" : "en"}"
              >${say(other, "verify.language")}</a
            >
          </header>
          <h1>${t("verify.title")}</h1>
          <p class="state ${state}" role="status" data-test="state">
            <b>${t(`verify.${state}.title`)}</b> ${t(`verify.${state}`)}
          </p>
          ${found?.whole && facts(found, t)}
          <p class="hash">${t("report.hash")}<br /><code>${hash.slice(0, 80)}</code></p>
          ${found && html`<p class="note">${t("verify.compare")}</p>`}
        </main>
      </body>
    </html> `.text;
}

function facts(
  { number, check, made_at, districts, deleted_at }: Verified,
  t: (key: string, params?: Record<string, unknown>) => string,
): Markup {
  const { conclusion, standing, sentence, as_of, complete, project } = check;
  const pairs: [string, Markup | string][] = [
    [t("report.number"), number],
    [t("siting.name"), html`<span dir="auto">${project.name}</span>`],
    [t("siting.activity"), `${project.activity_title} · ${project.action_title}`],
    [t("report.districts"), districts.join(t("list.separator")) || t("answer.no_district")],
    [t("report.made_at"), made_at],
    [t("answer.as_of"), as_of],
    [t("report.standing"), t(`standing.${standing}`)],
    [t("report.complete"), t(complete ? "report.complete.yes" : "report.complete.no")],
    [
      t("verify.put_away"),
      deleted_at === null ? t("verify.put_away.no") : t("verify.put_away.at", { at: momentText(deleted_at).slice(0, 10) }),
    ],
  ];
  return html`<p class="verdict" style="background-color:${COLORS[conclusion]}">${t(`conclusion.${conclusion}`)}</p>
    <p dir="auto">${sentence}</p>
    <dl>
      ${pairs.map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
}

const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f4; color: #1f2933; font: 16px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", SimHei, sans-serif; overflow-wrap: anywhere; }
main { max-width: 560px; margin: 0 auto; min-height: 100vh; padding: 14px 18px 32px; background: #fff; }
header { display: flex; justify-content: space-between; gap: 12px; font-size: 14px; color: #4a5763; }
a { color: #1d5f99; padding: 4px; margin: -4px; }
h1 { margin: 14px 0 10px; font-size: 21px; line-height: 1.35; }
p { margin: 0 0 12px; }
.state { padding: 12px 14px; border-left: 6px solid; background: #f4f6f8; }
.state b { display: block; font-size: 18px; }
.known { border-color: #2e6f8e; }
.away { border-color: #b45309; background: #fff6e8; }
.unknown, .changed { border-color: #b4232a; background: #fdf0f0; color: #7a1218; }
.verdict { padding: 10px 14px; color: #fff; font-size: 18px; font-weight: 600; }
dl { display: grid; grid-template-columns: 7.5em 1fr; gap: 6px 12px; margin: 0 0 16px; }
dt { color: #4a5763; font-size: 14px; }
dd { margin: 0; }
.hash, .note { font-size: 13px; color: #4a5763; }
code { font-family: ui-monospace, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }
@media (max-width: 400px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
`;
