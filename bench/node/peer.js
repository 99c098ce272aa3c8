// Copyright (c) 2026 the inforouter-client authors.
// SPDX-License-Identifier: MIT
//
// The whole of a chunked transfer by npm's soap, verified as ir verifies it:
//
//     peer.js get URL REMOTE FILE CHUNK  or  put URL FILE REMOTE CHUNK
//
// The password comes from the environment, BENCH_PASSWORD.

const fs = require('fs');
const http = require('http');
const zlib = require('zlib');
const soap = require('soap');

const [, , verb, url, source, target, chunkText] = process.argv;
const chunk = Number(chunkText);

// Node had no crc32 before 20.15.
const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  for (let i = 0; i < 8; i++) n = (n >>> 1) ^ (n & 1 ? 0xEDB88320 : 0);
  return n;
});
const crc32 = zlib.crc32 || ((data, before = 0) => {
  let crc = ~before;
  for (const byte of data) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
});

async function main() {
  const client = await soap.createClientAsync(`${url}?WSDL`, {
    wsdl_headers: { connection: 'keep-alive' },
  });
  client.setEndpoint(url);

  async function call(operation, parameters) {
    const [result] = await client[`${operation}Async`](parameters);
    const [response] = Object.values(result[`${operation}Result`]);
    if (response.attributes.success.toLowerCase() !== 'true')
      throw new Error(`${operation}: ${response.attributes.error}`);
    return response;
  }

  async function get(ticket, remote, local) {
    const staged = (await call('GetDownloadHandler', {
      AuthenticationTicket: ticket, Path: remote, PreferedChunkSize: chunk,
    })).attributes;
    const mine = { authenticationTicket: ticket,
      DownloadHandler: staged.downloadhandler };
    const out = fs.openSync(local, 'w');
    let whole = 0;
    for (let done = 0; done < Number(staged.Size);) {
      const part = await call('DownloadFileChunk',
        { ...mine, StartOffset: done, ChunkSize: chunk });
      const data = Buffer.from(part.$value, 'base64');
      if (crc32(data) !== parseInt(part.attributes.chunkCRC32, 16))
        throw new Error('wrong CRC of a chunk');
      whole = crc32(data, whole);
      fs.writeSync(out, data);
      done += data.length;
    }
    fs.fsyncSync(out);
    if (whole !== parseInt(staged.CRC32, 16))
      throw new Error('wrong CRC of the document');
    await call('DeleteDownloadHandler', mine);
  }

  async function put(ticket, local, remote) {
    const made = (await call('CreateUploadHandler', {
      authenticationTicket: ticket, PreferedChunkSize: chunk })).attributes;
    const mine = { authenticationTicket: ticket,
      uploadHandler: made.UploadHandler };
    const input = fs.openSync(local, 'r');
    const buffer = Buffer.alloc(Number(made.ChunkSize));
    let left = fs.fstatSync(input).size;
    while (left > 0) {
      const data = buffer.subarray(0, fs.readSync(input, buffer));
      left -= data.length;
      await call('UploadFileChunk', { ...mine,
        fileChunk: data.toString('base64'),
        chunkHEXCRC: crc32(data).toString(16).toUpperCase(),
        lastChunk: left === 0 });
    }
    // In the order of the schema, which the server insists on as ASP.NET does.
    await call('UploadDocumentWithHandler', { authenticationTicket: ticket,
      path: remote, uploadHandler: made.UploadHandler });
    await call('DeleteUploadHandler', { authenticationTicket: ticket,
      UploadHandler: made.UploadHandler });
  }

  const login = (await call('AuthenticateUser',
    { UID: 'demo', PWD: process.env.BENCH_PASSWORD })).attributes;
  await { get, put }[verb](login.ticket, source, target);
  await call('LogOut', { AuthenticationTicket: login.ticket });
  http.globalAgent.destroy();
}

main().then(() => process.exit(0), (error) => {
  console.error(`node: ${error.message.slice(0, 500)}`);
  process.exit(1);
});
