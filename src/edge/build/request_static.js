import C from'crypto';import y from'cloudfront';let A='v1',W=/^v[1-9]\d?$/,T=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;
function B(a){if(!a)return'';let c=a.value,b=a.multiValue;return typeof c!=='string'||(b&&b.length>1)?'':c}function t(a,e){let c=','+e+':',b=a.indexOf(c),d=b+c.length;
return b<0?'':a.slice(d,a.indexOf(',',d))}let N=a=>C.createHash('sha256').update(a).digest('hex'),K=(a,b)=>C.createHash('md5').update(a).digest('hex')===C.createHash('md5').update(b).digest('hex'),J=(a,b)=>C.createHmac('sha256',a).update(b).digest('base64url').slice(0,22);
function I(b,c,e,d){let a=t(b[9],c);return!!a&&K(J(a,e),d)}function Ac(c){if(!c)return null;let a=c.split('|',13),b=a[4];return a[0]!=='1'||!(a[3]>0)?null:b==='k'||b==='f'?a:(b==='a'||b==='p')&&a.length===13&&a[7]&&a[9]?a:null}
let R=a=>a[2]&&a[2][2]==='out'&&a[2][4]>a[1],H=(a,b)=>a[11].indexOf(','+b+':')>=0;function l(b){let a=b[2],d=b[0],c=a[2];return b[14]||a[4]<=b[1]||c==='out'?!1:c===A?!0:H(d,c)&&I(d,a[5],P(b,a),a[6])}
let P=(b,a)=>('c1\n'+b[0][7]+'\n'+a[1]+'\n'+a[2]+'\n'+a[3]+'\n'+a[4]+'\n'+b[10]);function p(b){let i=b[0][8];if(!i)return'';let f=i.split(','),e=f[0],a='';
for(let d=1;d<f.length&&!a;d++){let g=f[d],k=g[0]==='c'?b[3].cookies:b[3].headers;a=B(k[g.slice(2)])}if(!a)return'';if(e==='p')return a.length>1024?'':a;
if(a.length>8192||!b[0][10])return'';let h=decodeURIComponent(b[0][10]);if(e!=='s')return x(a,e.slice(2),h,b[1]);let c=a.lastIndexOf('.'),j=a.slice(0,c);
return c>0&&K(J(h,'i1\n\n'+j+'\n'),a.slice(c+1))?j:''}function x(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=C.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!K(h,b[2]))return'';try{let c=S(b[0]),a=S(b[1]);if(c.alg!=='HS256'||c.crit!==void 0)return'';if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';
let e=a[f];return typeof e==='string'?e:''}catch(j){return''}}let S=a=>JSON.parse(Buffer.from(a,'base64url').toString());function M(a){let b=a[10]||a[9];
return!b?-1:((parseInt(N(a[0][7]+':'+b).slice(0,8),16)*10000)/4294967296)|0}function Z(a){let c=a[0],b=a[2],d=a[12]!==0||a[4];if(!c)return'no-config';
if(b)a[14]=b[3]===c[3]?0:b[3]-c[3];if(c[4]==='k')return'killed';if(c[4]==='f')return'finished';if(!(a[1]<c[5]))return'expired';if(R(a))return'out';if(a[14]>0)return'behind';
if(d&&a[4]===A)return'pin';a[10]=p(a);if(b&&(d||b[2]!==A)&&l(a)){a[8]=b[2];return a[4]===a[8]?'pin':'sticky'}return a[12]===1?'default':d&&!a[10]&&!b?'no-id':''}
function Ag(a,b){let f=a[0],d=a[6];a[6]='';if(d==='config'){a[0]=Ac(b);a[11]=Z(a);if(a[11]||a[13])return;let g=b.slice(b.indexOf('\n')+1);a[7]=['',null,-2,'',g,0,0,{
},'','']}else if(a[7][1]){a[7][7][d]=b}else{let e=f[1]+'|';if(!b||!b.startsWith(e)){a[11]='partial';return}a[7][4]+=b.slice(e.length)}let c=a[7];if(c[5]<a[0][6]){
a[6]='c.'+a[0][1]+'.'+ ++c[5];return}if(!c[1])c[1]=JSON.parse(c[4]);a[11]=z(a,c)}function z(c,b){let e=b[1],f=e.length;for(let d=b[6];d<f;d++){let a=e[d];
if(a[2]>0||a[3]<10000){if(b[2]<-1)b[2]=M(c);if(!(b[2]>=a[2]&&b[2]<a[3]))continue}let g=!a[4]||E(a[4],c);if(b[0])break;if(c[6]){b[6]=d;return''}if(g){if(H(c[0],a[1])){
c[8]=a[1];c[19]=a[5];return a[0]}b[0]='lane-gone';break}}c[6]='';return b[0]||'default'}function s(a){let b=M(a);return(a[8]+'; rule='+a[11]+'; bucket='+(b<0?'-':b)+'; revision='+a[0][2]+'; epoch='+a[0][3])}
function g(c){let b=c[0],a=b&&b[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c[18]);return!!a&&a[1]>c[1]&&I(b,a[2],'d1\n'+b[7]+'\n'+a[1]+'\n',a[3])}
function E(a,b){let c;switch(a[0]){case'c':return G(b[3].cookies[a[1]],a,!1);case'&':for(c=1;c<a.length;c++)if(!E(a[c],b))return!1;return!0;case'p':for(c=1;
c<a.length;c++)if(q(a[c],b[5]))return!0;return!1;case'y':return a.indexOf(B(b[3].headers['cloudfront-viewer-country']),1)>0;case'h':return G(b[3].headers[a[1]],a,!1);
case'd':return a.indexOf(u(b[3].headers),1)>0;case'!':return!E(a[1],b);case'l':return Q(a,b);case'q':return G(b[3].querystring[a[1]],a,!0);case'i':return o(a,b);
case't':return b[1]>=a[1]&&(!a[2]||b[1]<a[2]);case'|':for(c=1;c<a.length;c++)if(E(a[c],b))return!0;return!1;case'L':return b[0][8][0]!=='p'&&Q(a,b)}b[7][0]='error';
return!1}function G(b,a,h){if(!b||typeof b.value!=='string')return!1;if(a[2]==='?')return!0;let e=b.multiValue,f=e&&e.length?e:[b];for(let c=0;c<f.length;
c++){let g=h?v(f[c].value):String(f[c].value);for(let d=3;d<a.length;d++){if(a[2]==='^'?g.startsWith(a[d]):g===a[d])return!0}}return!1}function v(a){try{
return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function q(g,b){let a=g.split('*'),d=a.length-1;if(!d)return b===g;
if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
let u=a=>B(a['cloudfront-is-tablet-viewer'])==='true'?'t':B(a['cloudfront-is-mobile-viewer'])==='true'?'m':B(a['cloudfront-is-desktop-viewer'])==='true'?'d':'';
function o(f,g){let b=g[7],e=g[17].viewer.ip,h=e+'.',i=e.indexOf(':')<0?'4':'6';for(let d=1;d<f.length;d++){let a=f[d];if(a.endsWith('.')){if(h.startsWith(a))return!0}
else if(a[0]===i){if(!b[3])b[3]=Y(e);let c=a.indexOf('-');if(c<0?b[3].startsWith(a):n(b[3].slice(0,c),a,c))return!0}}return!1}let n=(b,c,a)=>b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1);
function Y(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function Q(g,f){if(!f[10])return!1;
let a=f[7],h=g[3]+':'+f[10];if(a[8]!==h){a[8]=h;a[9]=N(h)}let j=a[9],k='s.'+g[1]+'.'+(parseInt(j.slice(0,8),16)%g[2]).toString(36),b=a[7][k];if(b===void 0){
f[6]=k;return!1}if(!b||b[0]!=='1'){a[0]='list-missing';return!1}let d=parseInt(j.slice(8,14),16),l=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),c=0,i=(b.length-1)>>2;
while(c<i){let e=(c+i)>>1;if(b.slice(e*4+1,e*4+5)<l)c=e+1;else i=e}return b.slice(c*4+1,c*4+5)===l}function Ae(a){let b=a.indexOf(';');return{value:a.slice(0,b),attributes:'Path=/; Max-Age='+a.slice(b+1)+'; Secure; HttpOnly; SameSite=Lax'}
}let Af=y.kvs(),F=/^\/v\d+(?=\/|$)/,V=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,X=/^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/,U=' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest ';
async function handler(b){let a=null;try{a=Ah(b);while(a[6]){let d=null;try{d=await Af.get(a[6])}catch(e){}Ag(a,d)}return a[13]?r(a):a[16]||c(a)}catch(e){
return Ad(b.request,a)}}function Ah(d){let b=d.request,c=b.headers,a=[null,(Date.now()/1000)>>>0,T.exec(B(b.cookies['__Host-gray'])),b,B(c['x-gray-pin']),b.uri,'config',null,A,'',null,'',2,'',-1,'/index.html',null,d,B(c['x-gray-debug']),0];
O(c);if(a[2])a[9]=a[2][1];if(a[4]&&!(a[2]&&a[4]===a[2][2])&&a[4].search(W))a[4]='';if(!h(a,b.uri)){a[6]='';a[16]=L(400,'Bad Request')}else Aa(a);return a}
function L(b,a){return{statusCode:b,statusDescription:a,headers:{'cache-control':{value:'no-store'}}}}function O(a){delete a['x-gray'];delete a['x-gray-version'];
delete a['x-gray-cookie'];delete a['x-gray-explain'];delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];
delete a['x-api-key'];delete a.traceparent;delete a.tracestate;delete a['x-amzn-trace-id'];delete a.baggage}function h(b,a){if(a.indexOf('%')>=0){try{
b[5]=decodeURIComponent(a)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b[5])||F.test(a)!==F.test(b[5]))return!1}return a[0]==='/'&&b[5].search(V)<0}
function Aa(a){let b=a[3],h=a[5][1]==='v'&&F.exec(a[5]),c=h?h[0]:'';if(c)a[5]=a[5].slice(c.length)||'/';let g=a[5],f=g.lastIndexOf('.'),e=f>0&&f>g.lastIndexOf('/')?g.slice(f+1).toLowerCase():'';
if(e)a[15]=b.uri.slice(c.length);if((e&&e!=='html')||(b.method!=='GET'&&b.method!=='HEAD')){a[12]=1;if(!c||U.indexOf(' '+e+' ')<0)return;a[6]='';a[16]=b;
b.headers['x-gray-version']={value:c.slice(1)};return}a[12]=0;a[13]=B(b.querystring['gray-link']);if(!a[9])a[9]=d(a[17].context.requestId)}let d=a=>a?C.createHash('sha256').update(a).digest('base64url').slice(0,22):'';
function D(a,c,f){if(!a[9])return'';let e=a[0],h=Math.max(a[2]?a[2][3]:0,e?e[3]:0),i=['',a[9],c,h,f],g='-.-';if(c!==A&&c!=='out'){let b=e[9],d=b.indexOf(':');
g=b.slice(1,d)+'.'+J(b.slice(d+1,b.indexOf(',',d)),P(a,i))}return a[9]+'.'+c+'.'+h+'.'+f+'.'+g+';'+Math.max(2592000,f-a[1])}function w(a,c,e){let b=a[2],f=a[0];
if(a[4]||!f)return'';if(e==='sticky'){return f[9].startsWith(','+b[5]+':')?'':D(a,c,+b[4])}if(e==='partial'||e==='expired'||a[14]>0)return'';let d=a[1]+604800;
if(c!==A)return D(a,c,Math.min(d,a[19]||d));let g=!a[14];return R(a)?g?'':D(a,'out',+b[4]):g&&b[2]===c&&b[4]>d-604800/2?'':D(a,c,d)}function r(a){let b=a[13].split('.'),g=a[1]+604800,c='',e=g;
if(b[0]==='out'){c='out';if(b[1])e=b[1].search(/\D/)<0?Math.min(+b[1],a[1]+34560000):0}else if(a[13]==='clear'){c=A}else if(k(a,b)){c=b[0];e=Math.min(+b[2],g)}
let d=L(302,'Found');d.headers.location={value:a[3].uri+Ab(a[3].querystring)};d.headers['referrer-policy']={value:'no-referrer'};let f=c&&e>a[1]&&D(a,c,e);
if(f)d.cookies={'__Host-gray':Ae(f)};return d}function k(c,a){let b=c[0];if(!X.test(c[13])||c[10]===null)return!1;if(+a[1]!==+b[3]||!H(b,a[0]))return!1;
let d=['l1',b[7],a[0],a[1],a[2],''].join('\n');return I(b,a[3],d,a[4])}function Ab(e){let c='';for(let b in e){let d=e[b],f=d.multiValue||[d];for(let a=0;
b!=='gray-link'&&a<f.length;a++){c+=(c?'&':'?')+encodeURI(b+'='+f[a].value).split('%25').join('%')}}return c}function c(a){let d=a[3],b=d.headers,e=a[4]&&a[4]!==a[8];
if(e&&a[8]!==A){a[8]=A;a[11]='pin-lost'}let c=a[8];if(a[12]===0)b['x-gray-cookie']={value:w(a,c,a[11])||'-'};d.uri='/'+c+a[15];if(a[18]&&g(a))b['x-gray-explain']={
value:s(a)};b['x-gray-version']={value:c};return d}function Ad(c,a){let b=c.headers;O(b);b['x-gray-version']={value:A};if(!a||a[12]===0)b['x-gray-cookie']={
value:'-'};c.uri='/'+A+(a?a[15]:'/index.html');return c}
