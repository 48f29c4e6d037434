/** What a PostgreSQL server must have, as a decision without a server. */

export type Found = {
  /** server_version_num: 150018 is 15.18 */
  server_number: number;
  server: string;
  extensions: Record<string, { available: string | null; installed: string | null } | undefined> | null;
};

const SERVER = 15;
const POSTGIS: [number, number] = [3, 3];

/** One sentence saying what was found, what is needed and what to do; undefined when all is well. */
export function missing({ server_number, server, extensions }: Found): string | undefined {
  if (Math.floor(server_number / 10_000) < SERVER)
    return `The server is PostgreSQL ${server}, but Shuijie needs ${SERVER} or later: upgrade it, or unset DATABASE_URL to use the embedded engine.`;
  for (const name of ["postgis", "btree_gist"]) {
    if (extensions?.[name]) continue;
    const packages = name === "postgis" ? `postgresql-${Math.floor(server_number / 10_000)}-postgis-3` : "postgresql-contrib";
    return `The server (PostgreSQL ${server}) does not offer the ${name} extension, which Shuijie needs: install it there (Debian: ${packages}).`;
  }
  const { installed, available } = extensions!["postgis"]!;
  const version = installed ?? available ?? "0";
  if (older(version, POSTGIS))
    return (
      `PostGIS ${version} is ${installed ? "installed in the database" : "offered by the server"}, but Shuijie needs ${POSTGIS.join(".")} or later: ` +
      `install a newer package${installed ? ' and run "select postgis_extensions_upgrade();"' : ""}.`
    );
  return undefined;
}

function older(version: string, [major, minor]: [number, number]): boolean {
  const [a = 0, b = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return a < major || (a === major && b < minor);
}
