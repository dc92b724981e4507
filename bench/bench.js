// npm run bench [-- parquet]
await import(process.argv[2] === 'parquet' ? './parquet.js' : './memory.js');
