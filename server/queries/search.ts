/** Finding features by what people call them. */
import { sql } from "kysely";
import type { Hit } from "../api/search.ts";
import type { Db } from "../db/open.ts";
import { layers } from "../layers/index.ts";
import { during } from "./during.ts";
import { placesOf } from "./places.ts";

/** Features in force on `asOf` of which a code, a name or an alias holds every word of `words` (not empty, NFKC). The best
 *  first: whole code or name, its beginning, a part of it, an alias; then in the order of the layers. `strpos` takes every
 *  character as it is, so that `%` and `_` are nothing special. `matched` counts all. */
export async function search(
  db: Db,
  words: readonly string[],
  { asOf, limit }: { asOf: string; limit: number },
): Promise<{ hits: Hit[]; matched: number }> {
  const each = layers.map(
    ({ id }, index) => sql`
      select ${sql.lit(index)}::int as layer, code, name_zh, name_en, aliases
      from ${sql.table(id)}
      where ${during(asOf)}`,
  );
  const { rows } = await sql<{ layer: number; code: string; matched: string | null; n: number }>`
    with asked as (
      select lower(${words.join(" ")}::text) as phrase, array[${sql.join(words.map((word) => sql`lower(${word}::text)`))}] as words
    ),
    feature as (${sql.join(each, sql` union all `)}),
    folded as (
      select feature.*, lower(normalize(code, nfkc)) as c, lower(normalize(name_zh, nfkc)) as z, lower(normalize(name_en, nfkc)) as e
      from feature
    ),
    named as (
      select folded.*, c || chr(10) || z || chr(10) || e as names,
        (select coalesce(string_agg(lower(normalize(a, nfkc)), chr(10)), '') from jsonb_array_elements_text(aliases) as a) as others
      from folded
    ),
    found as (
      select named.*, phrase, words, case
          when phrase in (c, z, e) then 0
          when starts_with(c, phrase) or starts_with(z, phrase) or starts_with(e, phrase) then 1
          when (select bool_and(strpos(names, word) > 0) from unnest(words) as word) then 2
          when phrase = any(string_to_array(others, chr(10))) then 3
          else 4 end as rank
      from named, asked
      where (select bool_and(strpos(names || chr(10) || others, word) > 0) from unnest(words) as word)
    )
    select layer, code, count(*) over ()::int as n, case
        when rank > 2 then (
          select a from jsonb_array_elements_text(aliases) as a, unnest(words) as word
          where strpos(lower(normalize(a, nfkc)), word) > 0
          order by strpos(lower(normalize(a, nfkc)), phrase) = 0, length(a) limit 1)
        when strpos(z, words[1]) > 0 then name_zh
        when strpos(e, words[1]) > 0 then name_en
        else code end as matched
    from found
    order by rank, layer, length(name_zh), code collate "C"
    limit ${limit}::int`.execute(db);
  const found = rows.map(({ layer, code, matched }) => ({ layer: layers[layer]!.id, code, matched }));
  const places = await placesOf(db, found, asOf);
  const hits = found.flatMap(({ layer, code, matched }) => {
    const place = places.get(`${layer}/${code}`);
    return place ? [{ ...place, matched: matched ?? place.name.zh }] : [];
  });
  return { hits, matched: rows[0]?.n ?? 0 };
}
