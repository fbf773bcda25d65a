import G from'crypto';import Ad from'cloudfront';let B='v1',K=604800,P=/^v[1-9]\d?$/,V=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;
function C(a){if(!a||typeof a.value!=='string')return'';return a.multiValue&&a.multiValue.length>1?'':a.value}function E(a,e){let c=(','+a).indexOf(','+e+':');
if(c<0)return'';let b=c+e.length+1,d=a.indexOf(',',b);return d<0?a.slice(b):a.slice(b,d)}function H(a){return G.createHash('sha256').update(a).digest('hex')}
function O(a,b){return H(a)===H(b)}function N(c,a){let b=G.createHmac('sha256',c).update(a.join('\n')).digest('hex');return Buffer.from(b.slice(0,32),'hex').toString('base64url')}
function M(b,d,c,e){let a=E(b.m,d);return!!a&&O(N(a,c),e)}function Av(c){if(!c)return null;let d=c.indexOf('\n'),a=(d<0?c:c.slice(0,d)).split('|'),b={
K:a[1],P:+a[2],c:+a[3],p:a[4],D:+a[5],O:+a[6],o:a[7],z:a[8],m:a[9]||'',F:a[10],B:a[11]||'',Q:a[12],k:d<0?'':c.slice(d+1)};if(a[0]!=='1'||!(b.c>0))return null;
if(b.p==='k'||b.p==='f')return b;if(b.p!=='a'&&b.p!=='p')return null;return a.length===13&&b.o&&b.m?b:null}function Aw(b){let a=V.exec(C(b['__Host-gray']));
return a&&{i:a[1],a:a[2],c:+a[3],r:+a[4],I:a[5],N:a[6],M:[a[1],a[2],a[3],a[4]]}}function U(a){return a.g&&a.g.a==='out'&&a.g.r>a.f}function Ao(c){let a=c.g,b=c.b;
if(!a||a.c!==b.c||a.r<=c.f||a.a==='out')return!1;if(a.a===B)return!0;if(!E(b.B,a.a))return!1;return M(b,a.I,['c1',b.o].concat(a.M,c.l),a.N)}function Al(b,g,j){
if(!b.z)return'';let d=b.z.split(','),f=d[0],a='';for(let c=1;c<d.length&&!a;c++){a=C((d[c][0]==='c'?g.cookies:g.headers)[d[c].slice(2)])}if(f==='p')return a.length>1024?'':a;
if(!a||a.length>8192||!b.F)return'';let h=decodeURIComponent(b.F);if(f!=='s')return Ae(a,f.slice(2),h,j);let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&O(N(h,['i1','',i,'']),a.slice(e+1))?i:''}
function Ae(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=G.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!O(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());if(c.alg!=='HS256'||c.crit!==void 0)return'';
if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';let e=a[f];return typeof e==='string'?e:''}
catch(j){return''}}function R(a){let b=a.l||a.i;if(a.y<0&&b){let c=parseInt(H(a.b.o+':'+b).slice(0,8),16);a.y=Math.floor((c*10000)/4294967296)}return a.y}
function A(a){return{a:B,u:a}}function Ab(a){let c=a.b,b=a.g;if(!c)return A('no-config');if(c.p==='k')return A('killed');if(c.p==='f')return A('finished');
if(!(a.f<c.D))return A('expired');if(U(a))return A('out');if(b&&b.c>c.c)return A('behind');if(a.s&&a.j===B)return A('pin');a.H=!0;a.l=Al(c,a.request,a.f);
if(b&&(a.s||b.a!==B)&&Ao(a)){return{a:b.a,u:a.j===b.a?'pin':'sticky'}}if(a.G)return A('default');return a.s&&!a.l&&!b?A('no-id'):null}function Ba(a,b){
if(a.d==='config'){a.b=Av(b);a.e=Ab(a);a.d='';if(a.e||a.n)return;a.C=a.b.k}else if(a.k){a.L[a.d]=b}else{let c=a.b.K+'|';a.d='';if(!b||!b.startsWith(c)){
a.e=A('partial');return}a.C+=b.slice(c.length)}if(a.J<a.b.O){a.d='c.'+a.b.K+'.'+ ++a.J;return}if(!a.k)a.k=JSON.parse(a.C);a.e=Ac(a)}function Ac(a){for(;
a.x<a.k.length;a.x++){let b=a.k[a.x];if(b[2]>0||b[3]<10000){let c=R(a);if(!(c>=b[2]&&c<b[3]))continue}a.d='';let d=!b[4]||I(b[4],a);if(a.q)break;if(a.d)return null;
if(d){if(P.test(b[1])&&E(a.b.B,b[1])){return{a:b[1],u:b[0],D:b[5]}}a.q='lane-gone';break}}a.d='';return A(a.q||'default')}function I(a,c){let d=c.request,b;
switch(a[0]){case'&':for(b=1;b<a.length;b++)if(!I(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(I(a[b],c))return!0;return!1;case'!':return!I(a[1],c);
case'c':return L(d.cookies[a[1]],a,!1);case'h':return L(d.headers[a[1]],a,!1);case'q':return L(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Ak(a[b],c.h))return!0;
return!1;case'y':return a.indexOf(C(d.headers['cloudfront-viewer-country']),1)>0;case'd':return a.indexOf(Ah(d.headers),1)>0;case'i':return Am(a,c);case't':return c.f>=a[1]&&(!a[2]||c.f<a[2]);
case'l':return T(a,c);case'L':return c.b.z[0]!=='p'&&T(a,c)}c.q='error';return!1}function L(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;
let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];for(let c=0;c<e.length;c++){let f=g?Ag(e[c].value):String(e[c].value);for(let d=3;d<b.length;
d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}return!1}function Ag(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){
return String(a)}}function Ak(g,b){let a=g.split('*'),d=a.length-1;if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;
c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}function Ah(a){if(C(a['cloudfront-is-tablet-viewer'])==='true')return't';
if(C(a['cloudfront-is-mobile-viewer'])==='true')return'm';return C(a['cloudfront-is-desktop-viewer'])==='true'?'d':''}function Am(c,b){if(!b.t)b.t=Aa(b.ip);
for(let a=1;a<c.length;a++){let d=c[a].indexOf('-');if(d<0?b.t.startsWith(c[a]):An(b.t.slice(0,d),c[a],d))return!0}return!1}function An(b,c,a){return b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1)}
function Aa(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function T(f,c){if(!c.l)return!1;
let h=H(f[3]+':'+c.l),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c.L[i];if(a===void 0){c.d=i;return!1}if(!a||a[0]!=='1'){c.q='list-missing';
return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;while(b<g){
let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}function Ai(a){let c=a.b,d=a.e,b=R(a);return(d.a+'; rule='+d.u+'; bucket='+(b<0?'-':b)+'; revision='+c.P+'; epoch='+c.c)}
function Ar(b){let c=b.b,a=b.E&&c&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(b.E);return!!a&&+a[1]>b.f&&M(c,a[2],['d1',c.o,a[1],''],a[3])}function Ay(a){
let b=a.indexOf(';');return{value:a.slice(0,b),attributes:'Path=/; Max-Age='+a.slice(b+1)+'; Secure; HttpOnly; SameSite=Lax'}}let Az=Ad.kvs(),Q=['x-gray','x-gray-version','x-gray-cookie','x-gray-explain','x-gray-reload','x-gray-reason','x-gray-revision','x-gray-debug','x-api-key','traceparent','tracestate','x-amzn-trace-id','baggage'],J=/^\/v\d+(?=\/|$)/,Y=/^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/,W=' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest ',X=2592000,Z=34560000;
async function handler(c){let a=null;try{a=Bb(c);while(a.d){let b=null;try{b=await Az.get(a.d)}catch(d){b=null}Ba(a,b)}if(a.n)return Aj(a);return a.w||As(a)}
catch(d){return Ax(c.request,a)}}function Bb(c){let b=c.request,d=b.headers,a={request:b,ip:c.viewer.ip,f:Math.floor(Date.now()/1000),g:Aw(b.cookies),E:C(d['x-gray-debug']),j:C(d['x-gray-pin']),b:null,e:null,w:null,l:'',i:'',y:-1,d:'config',J:0,C:'',k:null,x:0,L:{
},q:'',t:'',h:b.uri,v:'',s:!0,G:!1,H:!1,A:!1,n:''};S(d);if(a.g)a.i=a.g.i;if(!P.test(a.j))a.j='';if(!Aq(a)){a.d='';a.w={statusCode:400,statusDescription:'Bad Request',headers:{
'cache-control':{value:'no-store'}}}}else At(a,c.context.requestId);return a}function S(b){for(let a=0;a<Q.length;a++)delete b[Q[a]]}function Aq(a){let b=a.request.uri;
if(b.indexOf('%')>=0){try{a.h=decodeURIComponent(b)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(a.h)||J.test(b)!==J.test(a.h))return!1}return b[0]==='/'&&!/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/.test(a.h)}
function At(a,h){let b=a.request,g=J.exec(a.h),d=g?g[0]:'';a.v=b.uri.slice(d.length);a.h=a.h.slice(d.length)||'/';let f=a.h.slice(a.h.lastIndexOf('/')+1),e=f.lastIndexOf('.'),c=e<0?'':f.slice(e+1).toLowerCase();
if(!c)a.v='/index.html';if((c&&c!=='html')||(b.method!=='GET'&&b.method!=='HEAD')){a.G=!0;if(!d||W.indexOf(' '+c+' ')<0)return;a.d='';a.w=b;D(b.headers,'version',d.slice(1));
return}a.A=!0;a.s=!!a.j;a.n=C(b.querystring['gray-link']);if(!a.i&&h)a.i=G.createHash('sha256').update(h).digest('base64url').slice(0,22)}function F(a,d,e){
if(!a.i)return'';let b=a.b,i=a.g?a.g.c:0,h=Math.max(i,b?b.c:0),f=[a.i,d,h,e],c='-',g='-';if(d!==B&&d!=='out'){c=b.m.slice(0,b.m.indexOf(':'));g=N(E(b.m,c),['c1',b.o].concat(f,a.l))}
return f.concat(c,g).join('.')+';'+Math.max(X,e-a.f)}function Af(a){let b=a.g,d=a.b,c=a.e.a,f=a.e.u,e=a.f+K;if(a.s||!d||f==='partial'||f==='expired')return'';
if(b&&b.c>d.c)return'';if(f==='sticky'){return d.m.startsWith(b.I+':')?'':F(a,c,b.r)}if(c!==B)return F(a,c,Math.min(e,a.e.D||e));let g=b&&b.c===d.c;if(U(a))return g?'':F(a,'out',b.r);
return g&&b.a===c&&b.r>e-K/2?'':F(a,c,e)}function Aj(a){let b=a.n.split('.'),g=a.f+K,c='',d=g;if(b[0]==='out'){c='out';if(b[1])d=Math.min(+b[1],a.f+Z)}
else if(a.n==='clear'){c=B}else if(Ap(a,b)){c=b[0];d=Math.min(+b[2],g)}let e={statusCode:302,statusDescription:'Found',headers:{location:{value:a.request.uri+Au(a.request.querystring)}
,'cache-control':{value:'no-store'},'referrer-policy':{value:'no-referrer'}}},f=c&&d>a.f&&F(a,c,d);if(f)e.cookies={'__Host-gray':Ay(f)};return e}function Ap(c,a){
let b=c.b;if(!Y.test(c.n)||!c.H)return!1;if(+a[1]!==b.c||!E(b.B,a[0]))return!1;return M(b,a[3],['l1',b.o,a[0],a[1],a[2],''],a[4])}function Au(e){let c='';
for(let b in e){let d=e[b],f=d.multiValue||[d];for(let a=0;b!=='gray-link'&&a<f.length;a++){c+=(c?'&':'?')+encodeURI(b+'='+f[a].value).split('%25').join('%')}
}return c}function As(a){let c=a.request,b=c.headers,e=a.j&&a.j!==a.e.a;if(e&&a.e.a!==B)a.e=A('pin-lost');let d=a.e.a;if(a.A)D(b,'cookie',Af(a)||'-');
c.uri='/'+d+a.v;if(Ar(a))D(b,'explain',Ai(a));D(b,'version',d);return c}function D(a,b,c){a['x-gray-'+b]={value:c}}function Ax(c,a){let b=c.headers;S(b);
D(b,'version',B);if(!a||a.A)D(b,'cookie','-');c.uri='/'+B+(a?a.v:'/index.html');return c}
