import e from'crypto';import t from'cloudfront'
;let r='v1',n=604800,i=/^v[1-9]\d?$/,l=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;function u(e){
if(!e)return'';let t=e.value,r=e.multiValue;return'string'!=typeof t||r&&r.length>1?'':t}function o(e,t){let r=','+t+':',n=e.indexOf(r),i=n+r.length
;return n<0?'':e.slice(i,e.indexOf(',',i))}function f(t){return e.createHash('sha256').update(t).digest('hex')}function a(t,r){
return e.createHash('md5').update(t).digest('hex')===e.createHash('md5').update(r).digest('hex')}function s(t,r){
return e.createHmac('sha256',t).update(r).digest('base64url').slice(0,22)}function c(e,t,r,n){let i=o(e[9],t);return!!i&&a(s(i,r),n)}function d(e){
if(!e)return null;let t=e.split('|',13),r=t[4];return'1'===t[0]&&t[3]>0&&('k'===r||'f'===r||('a'===r||'p'===r)&&13===t.length&&t[7]&&t[9])?t:null}function g(e){
return e[2]&&'out'===e[2][2]&&e[2][4]>e[1]}function h(e,t){return e[11].indexOf(','+t+':')>=0}function p(e){let t=e[2],n=e[0],i=t[2]
;return!(e[14]||t[4]<=e[1]||'out'===i)&&(i===r||h(n,i)&&c(n,t[5],x(e,t),t[6]))}function x(e,t){
return'c1\n'+e[0][7]+'\n'+t[1]+'\n'+t[2]+'\n'+t[3]+'\n'+t[4]+'\n'+e[10]}function y(e){let t=e[0][8];if(!t)return'';let r=t.split(','),n=r[0],i=''
;for(let t=1;t<r.length&&!i;t++){let n=r[t];i=u(('c'===n[0]?e[3].cookies:e[3].headers)[n.slice(2)])}if(!i)return'';if('p'===n)return i.length>1024?'':i
;if(i.length>8192||!e[0][10])return'';let l=decodeURIComponent(e[0][10]);if('s'!==n)return m(i,n.slice(2),l,e[1]);let o=i.lastIndexOf('.'),f=i.slice(0,o)
;return o>0&&a(s(l,'i1\n\n'+f+'\n'),i.slice(o+1))?f:''}function m(t,r,n,i){let l=t.replace(/^bearer /i,'').split('.');if(3!==l.length)return''
;if(!a(e.createHmac('sha256',n).update(l[0]+'.'+l[1]).digest('base64url'),l[2]))return'';try{let e=v(l[0]),t=v(l[1])
;if('HS256'!==e.alg||void 0!==e.crit)return'';if('number'!=typeof t.exp||t.exp<=i)return'';if(void 0!==t.nbf&&!('number'==typeof t.nbf&&t.nbf<=i))return''
;let n=t[r];return'string'==typeof n?n:''}catch(e){return''}}function v(e){return JSON.parse(Buffer.from(e,'base64url').toString())}function b(e){
let t=e[10]||e[9];return t?1e4*parseInt(f(e[0][7]+':'+t).slice(0,8),16)/4294967296|0:-1}function O(e){let t=e[0],n=e[2],i=0!==e[12]||e[4]
;return t?(n&&(e[14]=n[3]===t[3]?0:n[3]-t[3]),'k'===t[4]?'killed':'f'===t[4]?'finished':e[1]<t[5]?g(e)?'out':e[14]>0?'behind':i&&e[4]===r?'pin':(e[10]=y(e),
n&&(i||n[2]!==r)&&p(e)?(e[8]=n[2],e[4]===e[8]?'pin':'sticky'):1===e[12]?'default':!i||e[10]||n?'':'no-id'):'expired'):'no-config'}function k(e,t){
let r=e[0],n=e[6];if(e[6]='','config'===n){if(e[0]=d(t),e[11]=O(e),e[11]||e[13])return;let r=t.slice(t.indexOf('\n')+1);e[7]=['',null,-2,'',r,0,0,{},'','']
}else if(e[7][1])e[7][7][n]=t;else{let n=r[1]+'|';if(!t||!t.startsWith(n))return void(e[11]='partial');e[7][4]+=t.slice(n.length)}let i=e[7]
;i[5]<e[0][6]?e[6]='c.'+e[0][1]+'.'+ ++i[5]:(i[1]||(i[1]=JSON.parse(i[4])),e[11]=w(e,i))}function w(e,t){let r=t[1],n=r.length;for(let i=t[6];i<n;i++){
let n=r[i];if((n[2]>0||n[3]<1e4)&&(t[2]<-1&&(t[2]=b(e)),!(t[2]>=n[2]&&t[2]<n[3])))continue;let l=!n[4]||I(n[4],e);if(t[0])break;if(e[6])return t[6]=i,'';if(l){
if(h(e[0],n[1]))return e[8]=n[1],e[19]=n[5],n[0];t[0]='lane-gone';break}}return e[6]='',t[0]||'default'}function S(e){let t=b(e)
;return e[8]+'; rule='+e[11]+'; bucket='+(t<0?'-':t)+'; revision='+e[0][2]+'; epoch='+e[0][3]}function H(e){
let t=e[0],r=t&&t[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(e[18]);return!!r&&r[1]>e[1]&&c(t,r[2],'d1\n'+t[7]+'\n'+r[1]+'\n',r[3])}function I(e,t){
let r;switch(e[0]){case'c':return j(t[3].cookies[e[1]],e,!1);case'&':for(r=1;r<e.length;r++)if(!I(e[r],t))return!1;return!0;case'p':
for(r=1;r<e.length;r++)if(C(e[r],t[5]))return!0;return!1;case'y':return e.indexOf(u(t[3].headers['cloudfront-viewer-country']),1)>0;case'h':
return j(t[3].headers[e[1]],e,!1);case'd':return e.indexOf(W(t[3].headers),1)>0;case'!':return!I(e[1],t);case'l':return z(e,t);case'q':
return j(t[3].querystring[e[1]],e,!0);case'i':return M(e,t);case't':return t[1]>=e[1]&&(!e[2]||t[1]<e[2]);case'|':for(r=1;r<e.length;r++)if(I(e[r],t))return!0
;return!1;case'L':return'p'!==t[0][8][0]&&z(e,t)}return t[7][0]='error',!1}function j(e,t,r){if(!e||'string'!=typeof e.value)return!1;if('?'===t[2])return!0
;let n=e.multiValue,i=n&&n.length?n:[e];for(let e=0;e<i.length;e++){let n=r?q(i[e].value):String(i[e].value)
;for(let e=3;e<t.length;e++)if('^'===t[2]?n.startsWith(t[e]):n===t[e])return!0}return!1}function q(e){try{
return decodeURIComponent(String(e).split('+').join(' '))}catch(t){return String(e)}}function C(e,t){let r=e.split('*'),n=r.length-1;if(!n)return t===e
;if(!t.startsWith(r[0]))return!1;let i=r[0].length;for(let e=1;e<n;e++){let n=t.indexOf(r[e],i);if(n<0)return!1;i=n+r[e].length}
return t.length-r[n].length>=i&&t.endsWith(r[n])}function W(e){
return'true'===u(e['cloudfront-is-tablet-viewer'])?'t':'true'===u(e['cloudfront-is-mobile-viewer'])?'m':'true'===u(e['cloudfront-is-desktop-viewer'])?'d':''}
function M(e,t){let r=t[7],n=t[17].viewer.ip,i=n+'.',l=n.indexOf(':')<0?'4':'6';for(let t=1;t<e.length;t++){let u=e[t];if(u.endsWith('.')){
if(i.startsWith(u))return!0}else if(u[0]===l){r[3]||(r[3]=R(n));let e=u.indexOf('-');if(e<0?r[3].startsWith(u):$(r[3].slice(0,e),u,e))return!0}}return!1}
function $(e,t,r){return e.length===r&&e>=t.slice(0,r)&&e<=t.slice(r+1)}function R(e){if(e.indexOf(':')<0){let t=e.split('.'),r='4'
;for(let e=0;e<t.length;e++)r+=(+t[e]+256).toString(16).slice(1);return r}let t=e.toLowerCase().split('::'),r=t[0].split(':'),n=t.length>1?t[1].split(':'):[]
;for(;r.length+n.length<8;)r.push('');let i=r.concat(n),l='6';for(let e=0;e<i.length;e++)l+=('0000'+i[e]).slice(-4);return l}function z(e,t){if(!t[10])return!1
;let r=t[7],n=e[3]+':'+t[10];r[8]!==n&&(r[8]=n,r[9]=f(n));let i=r[9],l='s.'+e[1]+'.'+(parseInt(i.slice(0,8),16)%e[2]).toString(36),u=r[7][l]
;if(void 0===u)return t[6]=l,!1;if(!u||'1'!==u[0])return r[0]='list-missing',!1
;let o=parseInt(i.slice(8,14),16),a=String.fromCharCode(48+(o>>18),48+(o>>12&63),48+(o>>6&63),48+(63&o)),s=0,c=u.length-1>>2;for(;s<c;){let e=s+c>>1
;u.slice(4*e+1,4*e+5)<a?s=e+1:c=e}return u.slice(4*s+1,4*s+5)===a}function D(e){let t=e.indexOf(';');return{value:e.slice(0,t),
attributes:'Path=/; Max-Age='+e.slice(t+1)+'; Secure; HttpOnly; SameSite=Lax'}}
let L=t.kvs(),U=/^\/v\d+(?=\/|$)/,_=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,V=/^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/
;async function handler(e){let t=null;try{for(t=A(e);t[6];){let e=null;try{e=await L.get(t[6])}catch(e){}k(t,e)}return t[13]?T(t):t[16]||X(t)}catch(r){
return Y(e.request,t)}}function A(e){
let t=e.request,n=t.headers,o=[null,Date.now()/1e3>>>0,l.exec(u(t.cookies['__Host-gray'])),t,u(n['x-gray-pin']),t.uri,'config',null,r,'',null,'',2,'',-1,'/index.html',null,e,u(n['x-gray-debug']),0]
;return E(n),o[2]&&(o[9]=o[2][1]),!o[4]||o[2]&&o[4]===o[2][2]||!o[4].search(i)||(o[4]=''),J(o,t.uri)?N(o):(o[6]='',o[16]=B(400,'Bad Request')),o}
function B(e,t){return{statusCode:e,statusDescription:t,headers:{'cache-control':{value:'no-store'}}}}function E(e){delete e['x-gray'],
delete e['x-gray-version'],delete e['x-gray-cookie'],delete e['x-gray-explain'],delete e['x-gray-reload'],delete e['x-gray-reason'],delete e['x-gray-revision'],
delete e['x-gray-debug'],delete e['x-api-key'],delete e.traceparent,delete e.tracestate,delete e['x-amzn-trace-id'],delete e.baggage}function J(e,t){
if(t.indexOf('%')>=0){try{e[5]=decodeURIComponent(t)}catch(e){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(e[5])||U.test(t)!==U.test(e[5]))return!1}
return'/'===t[0]&&e[5].search(_)<0}function N(e){let t=e[3],r='v'===e[5][1]&&U.exec(e[5]),n=r?r[0]:'';n&&(e[5]=e[5].slice(n.length)||'/')
;let i=e[5],l=i.lastIndexOf('.'),o=l>0&&l>i.lastIndexOf('/')?i.slice(l+1).toLowerCase():'';if(o&&(e[15]=t.uri.slice(n.length)),
o&&'html'!==o||'GET'!==t.method&&'HEAD'!==t.method){
if(e[12]=1,!n||' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest '.indexOf(' '+o+' ')<0)return
;return e[6]='',e[16]=t,void(t.headers['x-gray-version']={value:n.slice(1)})}e[12]=0,e[13]=u(t.querystring['gray-link']),e[9]||(e[9]=F(e[17].context.requestId))
}function F(t){return t?e.createHash('sha256').update(t).digest('base64url').slice(0,22):''}function G(e,t,n){if(!e[9])return''
;let i=e[0],l=Math.max(e[2]?e[2][3]:0,i?i[3]:0),u=['',e[9],t,l,n],o='-.-';if(t!==r&&'out'!==t){let t=i[9],r=t.indexOf(':')
;o=t.slice(1,r)+'.'+s(t.slice(r+1,t.indexOf(',',r)),x(e,u))}return e[9]+'.'+t+'.'+l+'.'+n+'.'+o+';'+Math.max(2592e3,n-e[1])}function P(e,t,i){let l=e[2],u=e[0]
;if(e[4]||!u)return'';if('sticky'===i)return u[9].startsWith(','+l[5]+':')?'':G(e,t,+l[4]);if('partial'===i||'expired'===i||e[14]>0)return'';let o=e[1]+n
;if(t!==r)return G(e,t,Math.min(o,e[19]||o));let f=!e[14];return g(e)?f?'':G(e,'out',+l[4]):f&&l[2]===t&&l[4]>o-302400?'':G(e,t,o)}function T(e){
let t=e[13].split('.'),i=e[1]+n,l='',u=i;'out'===t[0]?(l='out',t[1]&&(u=t[1].search(/\D/)<0?Math.min(+t[1],e[1]+3456e4):0)):'clear'===e[13]?l=r:K(e,t)&&(l=t[0],
u=Math.min(+t[2],i));let o=B(302,'Found');o.headers.location={value:e[3].uri+Q(e[3].querystring)},o.headers['referrer-policy']={value:'no-referrer'}
;let f=l&&u>e[1]&&G(e,l,u);return f&&(o.cookies={'__Host-gray':D(f)}),o}function K(e,t){let r=e[0];if(!V.test(e[13])||null===e[10])return!1
;if(+t[1]!==+r[3]||!h(r,t[0]))return!1;let n=['l1',r[7],t[0],t[1],t[2],''].join('\n');return c(r,t[3],n,t[4])}function Q(e){let t='';for(let r in e){
let n=e[r],i=n.multiValue||[n];for(let e=0;'gray-link'!==r&&e<i.length;e++)t+=(t?'&':'?')+encodeURI(r+'='+i[e].value).split('%25').join('%')}return t}
function X(e){let t=e[3],n=t.headers;e[4]&&e[4]!==e[8]&&e[8]!==r&&(e[8]=r,e[11]='pin-lost');let i=e[8];return 0===e[12]&&(n['x-gray-cookie']={
value:P(e,i,e[11])||'-'}),t.uri='/'+i+e[15],e[18]&&H(e)&&(n['x-gray-explain']={value:S(e)}),n['x-gray-version']={value:i},t}function Y(e,t){let n=e.headers
;return E(n),n['x-gray-version']={value:r},t&&0!==t[12]||(n['x-gray-cookie']={value:'-'}),e.uri='/v1'+(t?t[15]:'/index.html'),e}
