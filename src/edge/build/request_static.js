import D from'crypto';import Ah from'cloudfront';let H=0,ASSET=1,API=2,B='v1',K=604800,R=/^v[1-9]\d?$/,Z=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/,S=1,REVISION=2,EPOCH=3,STATE=4,UNTIL=5,PARTS=6,SALT=7,Q=8,KEYS=9,IDENTITY_KEY=10,LANES=11,REGION=12,RULES=13,P=1,LANE_OF=2,EPOCH_OF=3,EXPIRY=4,KEY=5,SEAL=6;
function C(a){if(!a||typeof a.value!=='string')return'';return a.multiValue&&a.multiValue.length>1?'':a.value}function F(a,e){let c=e+':',b=0;if(!a.startsWith(c)){
b=a.indexOf(','+c)+1;if(!b)return''}let d=a.indexOf(',',b);return d<0?a.slice(b+c.length):a.slice(b+c.length,d)}function U(a){return D.createHash('sha256').update(a).digest('hex')}
function O(a,b){return D.createHash('md5').update(a).digest('hex')===D.createHash('md5').update(b).digest('hex')}function N(b,c){let a=D.createHmac('sha256',b).update(c).digest('hex');
return Buffer.from(a.slice(0,32),'hex').toString('base64url')}function M(b,c,e,d){let a=F(b[KEYS],c);return!!a&&O(N(a,e),d)}function Az(b){if(!b)return null;
let c=b.indexOf('\n'),a=(c<0?b:b.slice(0,c)).split('|'),d=a[STATE];if(a[0]!=='1'||!(a[EPOCH]>0))return null;if(d==='k'||d==='f')return a;if((d!=='a'&&d!=='p')||a.length!==RULES||!a[SALT]||!a[KEYS])return null;
a.push(c<0?'':b.slice(c+1));return a}function Y(a){return a.e&&a.e[LANE_OF]==='out'&&a.e[EXPIRY]>a.c}function As(b){let a=b.e,c=b.a,d=a[LANE_OF];if(+a[EPOCH_OF]!==+c[EPOCH]||a[EXPIRY]<=b.c||d==='out')return!1;
if(d===B)return!0;return!!F(c[LANES],d)&&M(c,a[KEY],W(b,a),a[SEAL])}function W(b,a){return('c1\n'+b.a[SALT]+'\n'+a[P]+'\n'+a[LANE_OF]+'\n'+a[EPOCH_OF]+'\n'+a[EXPIRY]+'\n'+b.m)}
function Ap(b){let h=b.a[Q];if(!h)return'';let d=h.split(','),f=d[0],a='';for(let c=1;c<d.length&&!a;c++){a=C((d[c][0]==='c'?b.request.cookies:b.request.headers)[d[c].slice(2)])}
if(f==='p')return a.length>1024?'':a;if(!a||a.length>8192||!b.a[IDENTITY_KEY])return'';let g=decodeURIComponent(b.a[IDENTITY_KEY]);if(f!=='s')return Ai(a,f.slice(2),g,b.c);
let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&O(N(g,'i1\n\n'+i+'\n'),a.slice(e+1))?i:''}function Ai(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');
if(b.length!==3)return'';let h=D.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');if(!O(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());
if(c.alg!=='HS256'||c.crit!==void 0)return'';if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';
let e=a[f];return typeof e==='string'?e:''}catch(j){return''}}function T(a){let b=a.m||a.i;if(!b)return-1;return Math.floor((parseInt(U(a.a[SALT]+':'+b).slice(0,8),16)*10000)/4294967296)}
function A(a){return{k:B,q:a}}function Af(a){let c=a.a,b=a.e,d=a.j!==H||a.g;if(!c)return A('no-config');if(c[STATE]==='k')return A('killed');if(c[STATE]==='f')return A('finished');
if(!(a.c<c[UNTIL]))return A('expired');if(Y(a))return A('out');if(b&&+b[EPOCH_OF]>+c[EPOCH])return A('behind');if(d&&a.g===B)return A('pin');a.v=!0;a.m=Ap(a);
if(b&&(d||b[LANE_OF]!==B)&&As(a)){return{k:b[LANE_OF],q:a.g===b[LANE_OF]?'pin':'sticky'}}if(a.j===ASSET)return A('default');return d&&!a.m&&!b?A('no-id'):null}
function Bd(a,c){let f=a.a,d=a.d;a.d='';if(d==='config'){a.a=Az(c);a.b=Af(a);if(a.b||a.l)return;a.h={y:a.a[RULES],w:0,o:null,s:0,p:-2,x:{},n:'',ip:''}
}else if(a.h.o){a.h.x[d]=c}else{let e=f[S]+'|';if(!c||!c.startsWith(e)){a.b=A('partial');return}a.h.y+=c.slice(e.length)}let b=a.h;if(b.w<a.a[PARTS]){
a.d='c.'+a.a[S]+'.'+ ++b.w;return}if(!b.o)b.o=JSON.parse(b.y);a.b=Ag(a,b)}function Ag(c,a){for(;a.s<a.o.length;a.s++){let b=a.o[a.s];if(b[2]>0||b[3]<10000){
if(a.p<-1)a.p=T(c);if(!(a.p>=b[2]&&a.p<b[3]))continue}c.d='';let d=!b[4]||I(b[4],c);if(a.n)break;if(c.d)return null;if(d){if(R.test(b[1])&&F(c.a[LANES],b[1])){
return{k:b[1],q:b[0],z:b[5]}}a.n='lane-gone';break}}c.d='';return A(a.n||'default')}function I(a,c){let d=c.request,b;switch(a[0]){case'&':for(b=1;b<a.length;
b++)if(!I(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(I(a[b],c))return!0;return!1;case'!':return!I(a[1],c);case'c':return L(d.cookies[a[1]],a,!1);
case'h':return L(d.headers[a[1]],a,!1);case'q':return L(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Ao(a[b],c.f))return!0;return!1;case'y':return a.indexOf(C(d.headers['cloudfront-viewer-country']),1)>0;
case'd':return a.indexOf(Al(d.headers),1)>0;case'i':return Aq(a,c);case't':return c.c>=a[1]&&(!a[2]||c.c<a[2]);case'l':return X(a,c);case'L':return c.a[Q][0]!=='p'&&X(a,c)}
c.h.n='error';return!1}function L(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];
for(let c=0;c<e.length;c++){let f=g?Ak(e[c].value):String(e[c].value);for(let d=3;d<b.length;d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}
return!1}function Ak(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function Ao(g,b){let a=g.split('*'),d=a.length-1;
if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
function Al(a){if(C(a['cloudfront-is-tablet-viewer'])==='true')return't';if(C(a['cloudfront-is-mobile-viewer'])==='true')return'm';return C(a['cloudfront-is-desktop-viewer'])==='true'?'d':''}
function Aq(b,e){let c=e.h;if(!c.ip)c.ip=Ae(e.ip);for(let a=1;a<b.length;a++){let d=b[a].indexOf('-');if(d<0?c.ip.startsWith(b[a]):Ar(c.ip.slice(0,d),b[a],d))return!0}
return!1}function Ar(b,c,a){return b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1)}function Ae(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;
a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];while(d.length+h.length<8)d.push('');
let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function X(f,c){if(!c.m)return!1;let h=U(f[3]+':'+c.m),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c.h.x[i];
if(a===void 0){c.d=i;return!1}if(!a||a[0]!=='1'){c.h.n='list-missing';return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;
while(b<g){let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}function Am(a){let b=T(a);return(a.b.k+'; rule='+a.b.q+'; bucket='+(b<0?'-':b)+'; revision='+a.a[REVISION]+'; epoch='+a.a[EPOCH])}
function Av(c){let b=c.a,a=b&&b[KEYS]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c.u);return!!a&&a[1]>c.c&&M(b,a[2],'d1\n'+b[SALT]+'\n'+a[1]+'\n',a[3])}
function Bb(a){let b=a.indexOf(';');return{value:a.slice(0,b),attributes:'Path=/; Max-Age='+a.slice(b+1)+'; Secure; HttpOnly; SameSite=Lax'}}let Bc=Ah.kvs(),J=/^\/v\d+(?=\/|$)/,Ac=/^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/,Aa=' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest ',Ab=2592000,Ad=34560000;
async function handler(c){let a=null;try{a=Be(c);while(a.d){let b=null;try{b=await Bc.get(a.d)}catch(d){b=null}Bd(a,b)}if(a.l)return An(a);return a.r||Aw(a)}
catch(d){return Ba(c.request,a)}}function Be(c){let b=c.request,d=b.headers,a={request:b,ip:c.viewer.ip,c:Math.floor(Date.now()/1000),e:Z.exec(C(b.cookies['__Host-gray'])),u:C(d['x-gray-debug']),g:C(d['x-gray-pin']),j:API,i:'',m:'',f:b.uri,t:'/index.html',l:'',d:'config',a:null,h:null,b:null,r:null,v:!1}
;V(d);if(a.e)a.i=a.e[P];if(a.g&&!R.test(a.g))a.g='';if(!Au(a,b.uri)){a.d='';a.r={statusCode:400,statusDescription:'Bad Request',headers:{'cache-control':{
value:'no-store'}}}}else Ax(a,c.context.requestId);return a}function V(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];delete a['x-gray-explain'];
delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];delete a.traceparent;delete a.tracestate;
delete a['x-amzn-trace-id'];delete a.baggage}function Au(b,a){if(a.indexOf('%')>=0){try{b.f=decodeURIComponent(a)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b.f)||J.test(a)!==J.test(b.f))return!1}
return a[0]==='/'&&!/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/.test(b.f)}function Ax(a,h){let b=a.request,g=a.f[1]==='v'&&J.exec(a.f),c=g?g[0]:'';if(c)a.f=a.f.slice(c.length)||'/';
let e=a.f,f=e.lastIndexOf('.'),d=f>e.lastIndexOf('/')?e.slice(f+1).toLowerCase():'';if(d)a.t=b.uri.slice(c.length);if((d&&d!=='html')||(b.method!=='GET'&&b.method!=='HEAD')){
a.j=ASSET;if(!c||Aa.indexOf(' '+d+' ')<0)return;a.d='';a.r=b;E(b.headers,'version',c.slice(1));return}a.j=H;a.l=C(b.querystring['gray-link']);if(!a.i&&h)a.i=D.createHash('sha256').update(h).digest('base64url').slice(0,22)}
function G(a,c,d){if(!a.i)return'';let b=a.a,f=Math.max(a.e?a.e[EPOCH_OF]:0,b?b[EPOCH]:0),h=['',a.i,c,f,d],e='-.-';if(c!==B&&c!=='out'){let g=b[KEYS].slice(0,b[KEYS].indexOf(':'));
e=g+'.'+N(F(b[KEYS],g),W(a,h))}return a.i+'.'+c+'.'+f+'.'+d+'.'+e+';'+Math.max(Ab,d-a.c)}function Aj(a,c,e){let b=a.e,d=a.a,f=a.c+K;if(a.g||!d||e==='partial'||e==='expired'||e==='behind')return'';
if(b&&+b[EPOCH_OF]>+d[EPOCH])return'';if(e==='sticky'){return d[KEYS].startsWith(b[KEY]+':')?'':G(a,c,+b[EXPIRY])}if(c!==B)return G(a,c,Math.min(f,a.b.z||f));
let g=b&&+b[EPOCH_OF]===+d[EPOCH];if(Y(a))return g?'':G(a,'out',+b[EXPIRY]);return g&&b[LANE_OF]===c&&b[EXPIRY]>f-K/2?'':G(a,c,f)}function An(a){let b=a.l.split('.'),g=a.c+K,c='',d=g;
if(b[0]==='out'){c='out';if(b[1])d=Math.min(+b[1],a.c+Ad)}else if(a.l==='clear'){c=B}else if(At(a,b)){c=b[0];d=Math.min(+b[2],g)}let e={statusCode:302,statusDescription:'Found',headers:{
location:{value:a.request.uri+Ay(a.request.querystring)},'cache-control':{value:'no-store'},'referrer-policy':{value:'no-referrer'}}},f=c&&d>a.c&&G(a,c,d);
if(f)e.cookies={'__Host-gray':Bb(f)};return e}function At(c,a){let b=c.a;if(!Ac.test(c.l)||!c.v)return!1;if(+a[1]!==+b[EPOCH]||!F(b[LANES],a[0]))return!1;
let d='l1\n'+b[SALT]+'\n'+a[0]+'\n'+a[1]+'\n'+a[2]+'\n';return M(b,a[3],d,a[4])}function Ay(e){let c='';for(let b in e){let d=e[b],f=d.multiValue||[d];
for(let a=0;b!=='gray-link'&&a<f.length;a++){c+=(c?'&':'?')+encodeURI(b+'='+f[a].value).split('%25').join('%')}}return c}function Aw(a){let d=a.request,b=d.headers,e=a.g&&a.g!==a.b.k;
if(e&&a.b.k!==B)a.b=A('pin-lost');let c=a.b.k;if(a.j===H)E(b,'cookie',Aj(a,c,a.b.q)||'-');d.uri='/'+c+a.t;if(a.u&&Av(a))E(b,'explain',Am(a));E(b,'version',c);
return d}function E(a,b,c){a['x-gray-'+b]={value:c}}function Ba(c,a){let b=c.headers;V(b);E(b,'version',B);if(!a||a.j===H)E(b,'cookie','-');c.uri='/'+B+(a?a.t:'/index.html');
return c}
