// `<value>;<seconds>` as the cookie that CloudFront sends.
function setCookie(text) {
  const at = text.indexOf(';');
  return {
    value: text.slice(0, at),
    attributes: 'Path=/; Max-Age=' + text.slice(at + 1) + '; Secure; HttpOnly; SameSite=Lax',
  };
}
