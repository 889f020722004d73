import { mongo } from 'mongoose';

/**
 * Every test file makes a database and throws it away, of some 200 files. MongoDB keeps those for five minutes, for readers of the past: so many
 * that it may have no more files to open. Here nobody reads the past. Where the server isn't ours to set up, it stays as it is.
 */
export default async function keepLittle(): Promise<void> {
  const uri = process.env.TEST_MONGODB_URI;
  if (!uri) return;
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    await client.db('admin').command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 1 });
  } catch {
    // No server, as the first test that needs one will say, or no right to.
  } finally {
    await client.close();
  }
}
