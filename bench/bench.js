// npm run bench [-- parquet | lake]
const [, , which = 'memory'] = process.argv;
await import(`./${which}.js`);
