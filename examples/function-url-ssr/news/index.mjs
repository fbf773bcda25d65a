/** The news: a page with all of them, sent while it is made, and a page for each. */
const NEWS = ['Bridge opened', 'Rain expected', 'Team wins'];
const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>News</title><h1>News in brief</h1>';

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const number = event.rawPath.match(/^\/news\/(\d+)$/)?.[1];
  const found = event.rawPath === '/' || NEWS[number];
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  const page = awslambda.HttpResponseStream.from(stream, { statusCode: found ? 200 : 404, headers });
  page.write(HEAD);
  if (!found) page.write('<p>There is no such page.');
  else if (number) page.write(`<p>${NEWS[number]}<p><a href="/">All news</a>`);
  else for (const [place, title] of NEWS.entries()) page.write(`<p><a href="/news/${place}">${title}</a>`);
  page.end();
});
