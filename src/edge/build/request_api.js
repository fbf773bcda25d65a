import H from'crypto';import O from'cloudfront';let B='v1',At=604800,K=/^v[1-9]\d?$/,U=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;
function C(a){if(!a||typeof a.value!=='string')return'';return a.multiValue&&a.multiValue.length>1?'':a.value}function F(a,e){let c=(','+a).indexOf(','+e+':');
if(c<0)return'';let b=c+e.length+1,d=a.indexOf(',',b);return d<0?a.slice(b):a.slice(b,d)}function E(a){return H.createHash('sha256').update(a).digest('hex')}
function J(a,b){return E(a)===E(b)}function S(c,a){let b=H.createHmac('sha256',c).update(a.join('\n')).digest('hex');return Buffer.from(b.slice(0,32),'hex').toString('base64url')}
function R(b,d,c,e){let a=F(b.B,d);return!!a&&J(S(a,c),e)}function An(c){if(!c)return null;let d=c.indexOf('\n'),a=(d<0?c:c.slice(0,d)).split('|'),b={
E:a[1],D:+a[2],g:+a[3],j:a[4],G:+a[5],N:+a[6],q:a[7],u:a[8],B:a[9]||'',A:a[10],v:a[11]||'',O:a[12],h:d<0?'':c.slice(d+1)};if(a[0]!=='1'||!(b.g>0))return null;
if(b.j==='k'||b.j==='f')return b;if(b.j!=='a'&&b.j!=='p')return null;return a.length===13&&b.q&&b.B?b:null}function Ao(b){let a=U.exec(C(b['__Host-gray']));
return a&&{o:a[1],b:a[2],g:+a[3],z:+a[4],K:a[5],M:a[6],H:[a[1],a[2],a[3],a[4]]}}function Ai(a){return a.f&&a.f.b==='out'&&a.f.z>a.i}function Ah(c){let a=c.f,b=c.a;
if(!a||a.g!==b.g||a.z<=c.i||a.b==='out')return!1;if(a.b===B)return!0;if(!F(b.v,a.b))return!1;return R(b,a.K,['c1',b.q].concat(a.H,c.k),a.M)}function Ae(b,g,j){
if(!b.u)return'';let d=b.u.split(','),f=d[0],a='';for(let c=1;c<d.length&&!a;c++){a=C((d[c][0]==='c'?g.cookies:g.headers)[d[c].slice(2)])}if(f==='p')return a.length>1024?'':a;
if(!a||a.length>8192||!b.A)return'';let h=decodeURIComponent(b.A);if(f!=='s')return Z(a,f.slice(2),h,j);let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&J(S(h,['i1','',i,'']),a.slice(e+1))?i:''}
function Z(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=H.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!J(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());if(c.alg!=='HS256'||c.crit!==void 0)return'';
if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';let e=a[f];return typeof e==='string'?e:''}
catch(j){return''}}function N(a){let b=a.k||a.o;if(a.s<0&&b){let c=parseInt(E(a.a.q+':'+b).slice(0,8),16);a.s=Math.floor((c*10000)/4294967296)}return a.s}
function A(a){return{b:B,p:a}}function X(a){let c=a.a,b=a.f;if(!c)return A('no-config');if(c.j==='k')return A('killed');if(c.j==='f')return A('finished');
if(!(a.i<c.G))return A('expired');if(Ai(a))return A('out');if(b&&b.g>c.g)return A('behind');if(a.t&&a.e===B)return A('pin');a.J=!0;a.k=Ae(c,a.request,a.i);
if(b&&(a.t||b.b!==B)&&Ah(a)){return{b:b.b,p:a.e===b.b?'pin':'sticky'}}if(a.I)return A('default');return a.t&&!a.k&&!b?A('no-id'):null}function Ar(a,b){
if(a.c==='config'){a.a=An(b);a.d=X(a);a.c='';if(a.d||a.L)return;a.w=a.a.h}else if(a.h){a.F[a.c]=b}else{let c=a.a.E+'|';a.c='';if(!b||!b.startsWith(c)){
a.d=A('partial');return}a.w+=b.slice(c.length)}if(a.C<a.a.N){a.c='c.'+a.a.E+'.'+ ++a.C;return}if(!a.h)a.h=JSON.parse(a.w);a.d=Y(a)}function Y(a){for(;
a.r<a.h.length;a.r++){let b=a.h[a.r];if(b[2]>0||b[3]<10000){let c=N(a);if(!(c>=b[2]&&c<b[3]))continue}a.c='';let d=!b[4]||G(b[4],a);if(a.l)break;if(a.c)return null;
if(d){if(K.test(b[1])&&F(a.a.v,b[1])){return{b:b[1],p:b[0],G:b[5]}}a.l='lane-gone';break}}a.c='';return A(a.l||'default')}function G(a,c){let d=c.request,b;
switch(a[0]){case'&':for(b=1;b<a.length;b++)if(!G(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(G(a[b],c))return!0;return!1;case'!':return!G(a[1],c);
case'c':return I(d.cookies[a[1]],a,!1);case'h':return I(d.headers[a[1]],a,!1);case'q':return I(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Ad(a[b],c.m))return!0;
return!1;case'y':return a.indexOf(C(d.headers['cloudfront-viewer-country']),1)>0;case'd':return a.indexOf(Ab(d.headers),1)>0;case'i':return Af(a,c);case't':return c.i>=a[1]&&(!a[2]||c.i<a[2]);
case'l':return Q(a,c);case'L':return c.a.u[0]!=='p'&&Q(a,c)}c.l='error';return!1}function I(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;
let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];for(let c=0;c<e.length;c++){let f=g?Aa(e[c].value):String(e[c].value);for(let d=3;d<b.length;
d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}return!1}function Aa(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){
return String(a)}}function Ad(g,b){let a=g.split('*'),d=a.length-1;if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;
c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}function Ab(a){if(C(a['cloudfront-is-tablet-viewer'])==='true')return't';
if(C(a['cloudfront-is-mobile-viewer'])==='true')return'm';return C(a['cloudfront-is-desktop-viewer'])==='true'?'d':''}function Af(c,b){if(!b.n)b.n=W(b.ip);
for(let a=1;a<c.length;a++){let d=c[a].indexOf('-');if(d<0?b.n.startsWith(c[a]):Ag(b.n.slice(0,d),c[a],d))return!0}return!1}function Ag(b,c,a){return b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1)}
function W(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function Q(f,c){if(!c.k)return!1;
let h=E(f[3]+':'+c.k),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c.F[i];if(a===void 0){c.c=i;return!1}if(!a||a[0]!=='1'){c.l='list-missing';
return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;while(b<g){
let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}function Ac(a){let c=a.a,d=a.d,b=N(a);return(d.b+'; rule='+d.p+'; bucket='+(b<0?'-':b)+'; revision='+c.D+'; epoch='+c.g)}
function Ak(b){let c=b.a,a=b.y&&c&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(b.y);return!!a&&+a[1]>b.i&&R(c,a[2],['d1',c.q,a[1],''],a[3])}let Aq=O.kvs(),L=['x-gray','x-gray-version','x-gray-cookie','x-gray-explain','x-gray-reload','x-gray-reason','x-gray-revision','x-gray-debug','x-api-key','traceparent','tracestate','x-amzn-trace-id','baggage'],M=/^\/v\d+(?=\/|$)/,V=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;
async function handler(c){let a=null;try{a=As(c);while(a.c){let b=null;try{b=await Aq.get(a.c)}catch(d){b=null}Ar(a,b)}return a.x||Am(a)}catch(d){return Ap(c.request,a)}
}function As(d){let b=d.request,c=b.headers,a={request:b,ip:d.viewer.ip,i:Math.floor(Date.now()/1000),f:Ao(b.cookies),y:C(c['x-gray-debug']),e:C(c['x-gray-pin']),a:null,d:null,x:null,k:'',o:'',s:-1,c:'config',C:0,w:'',h:null,r:0,F:{
},l:'',n:'',m:b.uri,Q:'',t:!0,I:!1,J:!1,P:!1,L:''};P(c);if(a.f)a.o=a.f.o;if(!K.test(a.e))a.e='';if(!Aj(a)){a.c='';a.x={statusCode:400,statusDescription:'Bad Request',headers:{
'cache-control':{value:'no-store'}}}}return a}function P(b){for(let a=0;a<L.length;a++)delete b[L[a]]}function Aj(a){let b=a.request.uri;if(b.indexOf('%')>=0){
try{a.m=decodeURIComponent(b)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(a.m)||M.test(b)!==M.test(a.m))return!1}return b[0]==='/'&&!/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/.test(a.m)}
function Am(a){let e=a.request,c=e.headers,d=a.e&&a.e!==a.d.b;if(d&&a.d.b!==B)a.d=A('pin-lost');let b=a.d.b;if(b!==B)Al(a.a,b);T(c,b,a.d.p,a.a?a.a.D:0,d);
if(Ak(a))D(c,'explain',Ac(a));D(c,'version',b);return e}function D(a,b,c){a['x-gray-'+b]={value:c}}function T(a,c,d,e,b){D(a,'reason',d);D(a,'revision',String(e));
a.baggage={value:'gray.version='+c};if(b)D(a,'reload','1')}function Al(b,c){let a=V.exec(F(b.v,c)+':'+b.O);O.updateRequestOrigin({domainName:a[1]+'.execute-api.'+a[3]+'.amazonaws.com',originPath:'/'+a[2]}
)}function Ap(c,b){let a=c.headers;P(a);D(a,'version',B);T(a,B,'error',0,b&&b.e&&b.e!==B);return c}
