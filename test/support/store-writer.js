// A process of its own: writes documents one by one to an embedded store and prints the id of each that was acknowledged.
import { MongoClient } from 'mongodb';
import { startEmbeddedStore } from '../../dist/store/embedded/index.js';

const [dataDir, prefix, count] = process.argv.slice(2);
const store = await startEmbeddedStore({ dataDir });
const client = await MongoClient.connect(store.uri);
const things = client.db('test').collection('things');
await things.createIndex({ name: 1 }, { unique: true });
process.stdout.write('ready\n');
for (let n = 0; n < Number(count); n += 1) {
  const won = await things.insertOne({ _id: `${prefix}${n}`, name: `name ${n}` }).then(
    () => true,
    (error) => {
      if (error.code !== 11000) throw error;
      return false;
    },
  );
  if (won) process.stdout.write(`${prefix}${n}\n`);
}
await client.close();
await store.close();
