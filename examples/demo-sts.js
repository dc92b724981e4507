// An STS on this machine that says who asks; it speaks AWS Query.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts it; everybody who asks is this principal of account 123456789012. */
export async function startSts(arn = 'arn:aws:iam::123456789012:user/auditor') {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/xml' });
    answer.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        `<Arn>${arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account>` +
        `</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
