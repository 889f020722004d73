/** The same server's address with another database. @throws where it is no MongoDB URI */
export function withDatabase(uri: string, database: string): string {
  const [, head, query] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri) ?? [];
  if (!head) throw new Error(`expected a URI that begins with mongodb://, not ${uri.slice(0, 12)}…`);
  return `${head}/${database}${query ?? ''}`;
}
