import e from'crypto';import t from'cloudfront'
;let r='v1',n=/^v[1-9]\d?$/,i=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;function l(e){if(!e)return''
;let t=e.value,r=e.multiValue;return'string'!=typeof t||r&&r.length>1?'':t}function u(e,t){let r=','+t+':',n=e.indexOf(r),i=n+r.length
;return n<0?'':e.slice(i,e.indexOf(',',i))}function a(t){return e.createHash('sha256').update(t).digest('hex')}function o(t,r){
return e.createHash('md5').update(t).digest('hex')===e.createHash('md5').update(r).digest('hex')}function f(t,r){
return e.createHmac('sha256',t).update(r).digest('base64url').slice(0,22)}function s(e,t,r,n){let i=u(e[9],t);return!!i&&o(f(i,r),n)}function c(e){
if(!e)return null;let t=e.split('|',13),r=t[4];return'1'===t[0]&&t[3]>0&&('k'===r||'f'===r||('a'===r||'p'===r)&&13===t.length&&t[7]&&t[9])?t:null}function d(e){
return e[2]&&'out'===e[2][2]&&e[2][4]>e[7]}function g(e,t){return e[11].indexOf(','+t+':')>=0}function h(e){let t=e[2],n=e[0],i=t[2]
;return!(e[11]||t[4]<=e[7]||'out'===i)&&(i===r||g(n,i)&&s(n,t[5],p(e,t),t[6]))}function p(e,t){
return'c1\n'+e[0][7]+'\n'+t[1]+'\n'+t[2]+'\n'+t[3]+'\n'+t[4]+'\n'+e[9]}function x(e){let t=e[0][8];if(!t)return'';let r=t.split(','),n=r[0],i=''
;for(let t=1;t<r.length&&!i;t++){let n=r[t];i=l(('c'===n[0]?e[4].cookies:e[4].headers)[n.slice(2)])}if(!i)return'';if('p'===n)return i.length>1024?'':i
;if(i.length>8192||!e[0][10])return'';let u=decodeURIComponent(e[0][10]);if('s'!==n)return y(i,n.slice(2),u,e[7]);let a=i.lastIndexOf('.'),s=i.slice(0,a)
;return a>0&&o(f(u,'i1\n\n'+s+'\n'),i.slice(a+1))?s:''}function y(t,r,n,i){let l=t.replace(/^bearer /i,'').split('.');if(3!==l.length)return''
;if(!o(e.createHmac('sha256',n).update(l[0]+'.'+l[1]).digest('base64url'),l[2]))return'';try{let e=v(l[0]),t=v(l[1])
;if('HS256'!==e.alg||void 0!==e.crit)return'';if('number'!=typeof t.exp||t.exp<=i)return'';if(void 0!==t.nbf&&!('number'==typeof t.nbf&&t.nbf<=i))return''
;let n=t[r];return'string'==typeof n?n:''}catch(e){return''}}function v(e){return JSON.parse(Buffer.from(e,'base64url').toString())}function m(e){
let t=e[9]||e[14];return t?1e4*parseInt(a(e[0][7]+':'+t).slice(0,8),16)/4294967296|0:-1}function b(e){let t=e[0],n=e[2],i=0!==e[13]||e[1]
;return t?(n&&(e[11]=n[3]===t[3]?0:n[3]-t[3]),'k'===t[4]?'killed':'f'===t[4]?'finished':e[7]<t[5]?d(e)?'out':e[11]>0?'behind':i&&e[1]===r?'pin':(e[9]=x(e),
n&&(i||n[2]!==r)&&h(e)?(e[6]=n[2],e[1]===e[6]?'pin':'sticky'):1===e[13]?'default':!i||e[9]||n?'':'no-id'):'expired'):'no-config'}function O(e,t){
let r=e[0],n=e[3];if(e[3]='','config'===n){if(e[0]=c(t),e[8]=b(e),e[8]||e[17])return;let r=t.slice(t.indexOf('\n')+1);e[5]=['',null,-2,'',r,0,0,{},'','']
}else if(e[5][1])e[5][7][n]=t;else{let n=r[1]+'|';if(!t||!t.startsWith(n))return void(e[8]='partial');e[5][4]+=t.slice(n.length)}let i=e[5]
;i[5]<e[0][6]?e[3]='c.'+e[0][1]+'.'+ ++i[5]:(i[1]||(i[1]=JSON.parse(i[4])),e[8]=k(e,i))}function k(e,t){let r=t[1],n=r.length;for(let i=t[6];i<n;i++){let n=r[i]
;if((n[2]>0||n[3]<1e4)&&(t[2]<-1&&(t[2]=m(e)),!(t[2]>=n[2]&&t[2]<n[3])))continue;let l=!n[4]||C(n[4],e);if(t[0])break;if(e[3])return t[6]=i,'';if(l){
if(g(e[0],n[1]))return e[6]=n[1],e[18]=n[5],n[0];t[0]='lane-gone';break}}return e[3]='',t[0]||'default'}function w(e){let t=m(e)
;return e[6]+'; rule='+e[8]+'; bucket='+(t<0?'-':t)+'; revision='+e[0][2]+'; epoch='+e[0][3]}function S(e){
let t=e[0],r=t&&t[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(e[12]);return!!r&&r[1]>e[7]&&s(t,r[2],'d1\n'+t[7]+'\n'+r[1]+'\n',r[3])}function C(e,t){
let r;switch(e[0]){case'c':return H(t[4].cookies[e[1]],e,!1);case'&':for(r=1;r<e.length;r++)if(!C(e[r],t))return!1;return!0;case'p':
for(r=1;r<e.length;r++)if(W(e[r],t[10]))return!0;return!1;case'y':return e.indexOf(l(t[4].headers['cloudfront-viewer-country']),1)>0;case'h':
return H(t[4].headers[e[1]],e,!1);case'd':return e.indexOf(q(t[4].headers),1)>0;case'!':return!C(e[1],t);case'l':return N(e,t);case'q':
return H(t[4].querystring[e[1]],e,!0);case'i':return z(e,t);case't':return t[7]>=e[1]&&(!e[2]||t[7]<e[2]);case'|':for(r=1;r<e.length;r++)if(C(e[r],t))return!0
;return!1;case'L':return'p'!==t[0][8][0]&&N(e,t)}return t[5][0]='error',!1}function H(e,t,r){if(!e||'string'!=typeof e.value)return!1;if('?'===t[2])return!0
;let n=e.multiValue,i=n&&n.length?n:[e];for(let e=0;e<i.length;e++){let n=r?I(i[e].value):String(i[e].value)
;for(let e=3;e<t.length;e++)if('^'===t[2]?n.startsWith(t[e]):n===t[e])return!0}return!1}function I(e){try{
return decodeURIComponent(String(e).split('+').join(' '))}catch(t){return String(e)}}function W(e,t){let r=e.split('*'),n=r.length-1;if(!n)return t===e
;if(!t.startsWith(r[0]))return!1;let i=r[0].length;for(let e=1;e<n;e++){let n=t.indexOf(r[e],i);if(n<0)return!1;i=n+r[e].length}
return t.length-r[n].length>=i&&t.endsWith(r[n])}function q(e){
return'true'===l(e['cloudfront-is-tablet-viewer'])?'t':'true'===l(e['cloudfront-is-mobile-viewer'])?'m':'true'===l(e['cloudfront-is-desktop-viewer'])?'d':''}
function z(e,t){let r=t[5],n=t[16].viewer.ip,i=n+'.',l=n.indexOf(':')<0?'4':'6';for(let t=1;t<e.length;t++){let u=e[t];if(u.endsWith('.')){
if(i.startsWith(u))return!0}else if(u[0]===l){r[3]||(r[3]=R(n));let e=u.indexOf('-');if(e<0?r[3].startsWith(u):$(r[3].slice(0,e),u,e))return!0}}return!1}
function $(e,t,r){return e.length===r&&e>=t.slice(0,r)&&e<=t.slice(r+1)}function R(e){if(e.indexOf(':')<0){let t=e.split('.'),r='4'
;for(let e=0;e<t.length;e++)r+=(+t[e]+256).toString(16).slice(1);return r}let t=e.toLowerCase().split('::'),r=t[0].split(':'),n=t.length>1?t[1].split(':'):[]
;for(;r.length+n.length<8;)r.push('');let i=r.concat(n),l='6';for(let e=0;e<i.length;e++)l+=('0000'+i[e]).slice(-4);return l}function N(e,t){if(!t[9])return!1
;let r=t[5],n=e[3]+':'+t[9];r[8]!==n&&(r[8]=n,r[9]=a(n));let i=r[9],l='s.'+e[1]+'.'+(parseInt(i.slice(0,8),16)%e[2]).toString(36),u=r[7][l]
;if(void 0===u)return t[3]=l,!1;if(!u||'1'!==u[0])return r[0]='list-missing',!1
;let o=parseInt(i.slice(8,14),16),f=String.fromCharCode(48+(o>>18),48+(o>>12&63),48+(o>>6&63),48+(63&o)),s=0,c=u.length-1>>2;for(;s<c;){let e=s+c>>1
;u.slice(4*e+1,4*e+5)<f?s=e+1:c=e}return u.slice(4*s+1,4*s+5)===f}
let U=t.kvs(),B=/^\/v\d+(?=\/|$)/,D=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,J=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;async function handler(e){
let t=null;try{for(t=L(e);t[3];){let e=null;try{e=await U.get(t[3])}catch(e){}O(t,e)}return t[15]||P(t)}catch(r){return F(e.request,t)}}function L(e){
let t=e.request,u=t.headers,a=[null,l(u['x-gray-pin']),i.exec(l(t.cookies['__Host-gray'])),'config',t,null,r,Date.now()/1e3>>>0,'',null,t.uri,-1,l(u['x-gray-debug']),2,'',null,e,'',0,'/index.html']
;return _(u),a[2]&&(a[14]=a[2][1]),!a[1]||a[2]&&a[1]===a[2][2]||!a[1].search(n)||(a[1]=''),j(a,t.uri)||(a[3]='',a[15]=V(400,'Bad Request')),a}function V(e,t){
return{statusCode:e,statusDescription:t,headers:{'cache-control':{value:'no-store'}}}}function _(e){delete e['x-gray'],delete e['x-gray-version'],
delete e['x-gray-cookie'],delete e['x-gray-explain'],delete e['x-gray-reload'],delete e['x-gray-reason'],delete e['x-gray-revision'],delete e['x-gray-debug'],
delete e['x-api-key'],delete e.traceparent,delete e.tracestate,delete e['x-amzn-trace-id'],delete e.baggage}function j(e,t){if(t.indexOf('%')>=0){try{
e[10]=decodeURIComponent(t)}catch(e){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(e[10])||B.test(t)!==B.test(e[10]))return!1}
return'/'===t[0]&&e[10].search(D)<0}function P(e){let t=e[4],n=t.headers,i=e[1]&&e[1]!==e[6];i&&e[6]!==r&&(e[6]=r,e[8]='pin-lost');let l=e[6]
;return l!==r&&E(e[0],l),A(n,l,e[8],e[0]?e[0][2]:0,i?e[1]:''),e[12]&&S(e)&&(n['x-gray-explain']={value:w(e)}),n['x-gray-version']={value:l},t}
function A(e,t,r,n,i){e['x-gray-reason']={value:r},e['x-gray-revision']={value:''+n},e.baggage={value:'gray.version='+t},i&&(e['x-gray-reload']={value:i})}
function E(e,r){let n=J.exec(u(e[11],r)+':'+e[12]);t.updateRequestOrigin({domainName:n[1]+'.execute-api.'+n[3]+'.amazonaws.com',originPath:'/'+n[2]})}
function F(e,t){let n=e.headers;return _(n),n['x-gray-version']={value:r},A(n,r,'error',0,t&&t[1]!==r?t[1]:''),e}
