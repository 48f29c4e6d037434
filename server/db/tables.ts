/** The row types of our own tables, as both engines give them. Layer tables come from their declarations: queries name
 *  them with `sql.table(layer.id)`, where the layer is one of `layers/index.ts`. */
import type { ColumnType, GeneratedAlways } from "kysely";

export type Tables = {
  layer_version: { layer: string; version: number; changed_at: ColumnType<Date, never, never> };
  loaded_file: { file: string; sha256: string; features: number; loaded_at: ColumnType<Date, never, never> };
  coverage: {
    theme: string;
    jurisdiction: string;
    state: string;
    data_date: string | null;
    source: string | null;
    licence: string | null;
    basis: string | null;
    declared_by: string | null;
    document: string | null;
    valid_from: string;
    valid_to: string | null;
    file: string;
    geom: string | null;
  };
  catalogue_version: { version: string; body: unknown; kept_at: ColumnType<Date, never, never> };
  site_check: {
    id: string;
    created_at: GeneratedAlways<Date>;
    as_of: string;
    name: string;
    activity: string;
    conclusion: string;
    standing: string;
    complete: boolean;
    said: unknown;
    frozen: unknown;
    catalogue: string;
    action: string;
    districts: string[];
    summary: unknown;
    deleted_at: Date | null;
    hash: string | null;
  };
  check_dispute: {
    id: string;
    check_id: string;
    finding: string;
    rule: string;
    feature: string | null;
    reason: string;
    created_at: ColumnType<Date, never, never>;
    withdrawn_at: Date | null;
  };
  check_event: { check_id: string; at: ColumnType<Date, never, never>; what: string; detail: unknown };
};
