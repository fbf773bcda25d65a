import E from'crypto';import P from'cloudfront';let X=0,ASSET=1,API=2,B='v1',Aw=604800,L=/^v[1-9]\d?$/,W=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/,N=1,REVISION=2,EPOCH=3,STATE=4,UNTIL=5,PARTS=6,SALT=7,K=8,KEYS=9,IDENTITY_KEY=10,LANES=11,REGION=12,RULES=13,J=1,LANE_OF=2,EPOCH_OF=3,EXPIRY=4,KEY=5,SEAL=6;
function C(a){if(!a||typeof a.value!=='string')return'';return a.multiValue&&a.multiValue.length>1?'':a.value}function F(a,e){let c=e+':',b=0;if(!a.startsWith(c)){
b=a.indexOf(','+c)+1;if(!b)return''}let d=a.indexOf(',',b);return d<0?a.slice(b+c.length):a.slice(b+c.length,d)}function Q(a){return E.createHash('sha256').update(a).digest('hex')}
function I(a,b){return E.createHash('md5').update(a).digest('hex')===E.createHash('md5').update(b).digest('hex')}function U(b,c){let a=E.createHmac('sha256',b).update(c).digest('hex');
return Buffer.from(a.slice(0,32),'hex').toString('base64url')}function T(b,c,e,d){let a=F(b[KEYS],c);return!!a&&I(U(a,e),d)}function Ar(b){if(!b)return null;
let c=b.indexOf('\n'),a=(c<0?b:b.slice(0,c)).split('|'),d=a[STATE];if(a[0]!=='1'||!(a[EPOCH]>0))return null;if(d==='k'||d==='f')return a;if((d!=='a'&&d!=='p')||a.length!==RULES||!a[SALT]||!a[KEYS])return null;
a.push(c<0?'':b.slice(c+1));return a}function Am(a){return a.f&&a.f[LANE_OF]==='out'&&a.f[EXPIRY]>a.g}function Al(b){let a=b.f,c=b.a,d=a[LANE_OF];if(+a[EPOCH_OF]!==+c[EPOCH]||a[EXPIRY]<=b.g||d==='out')return!1;
if(d===B)return!0;return!!F(c[LANES],d)&&T(c,a[KEY],Ah(b,a),a[SEAL])}function Ah(b,a){return('c1\n'+b.a[SALT]+'\n'+a[J]+'\n'+a[LANE_OF]+'\n'+a[EPOCH_OF]+'\n'+a[EXPIRY]+'\n'+b.i)}
function Ai(b){let h=b.a[K];if(!h)return'';let d=h.split(','),f=d[0],a='';for(let c=1;c<d.length&&!a;c++){a=C((d[c][0]==='c'?b.request.cookies:b.request.headers)[d[c].slice(2)])}
if(f==='p')return a.length>1024?'':a;if(!a||a.length>8192||!b.a[IDENTITY_KEY])return'';let g=decodeURIComponent(b.a[IDENTITY_KEY]);if(f!=='s')return Ac(a,f.slice(2),g,b.g);
let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&I(U(g,'i1\n\n'+i+'\n'),a.slice(e+1))?i:''}function Ac(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');
if(b.length!==3)return'';let h=E.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');if(!I(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());
if(c.alg!=='HS256'||c.crit!==void 0)return'';if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';
let e=a[f];return typeof e==='string'?e:''}catch(j){return''}}function O(a){let b=a.i||a.r;if(!b)return-1;return Math.floor((parseInt(Q(a.a[SALT]+':'+b).slice(0,8),16)*10000)/4294967296)}
function A(a){return{h:B,n:a}}function Aa(a){let c=a.a,b=a.f,d=a.s!==X||a.d;if(!c)return A('no-config');if(c[STATE]==='k')return A('killed');if(c[STATE]==='f')return A('finished');
if(!(a.g<c[UNTIL]))return A('expired');if(Am(a))return A('out');if(b&&+b[EPOCH_OF]>+c[EPOCH])return A('behind');if(d&&a.d===B)return A('pin');a.w=!0;a.i=Ai(a);
if(b&&(d||b[LANE_OF]!==B)&&Al(a)){return{h:b[LANE_OF],n:a.d===b[LANE_OF]?'pin':'sticky'}}if(a.s===ASSET)return A('default');return d&&!a.i&&!b?A('no-id'):null}
function Au(a,c){let f=a.a,d=a.c;a.c='';if(d==='config'){a.a=Ar(c);a.b=Aa(a);if(a.b||a.x)return;a.e={v:a.a[RULES],t:0,l:null,o:0,m:-2,u:{},j:'',ip:''}
}else if(a.e.l){a.e.u[d]=c}else{let e=f[N]+'|';if(!c||!c.startsWith(e)){a.b=A('partial');return}a.e.v+=c.slice(e.length)}let b=a.e;if(b.t<a.a[PARTS]){
a.c='c.'+a.a[N]+'.'+ ++b.t;return}if(!b.l)b.l=JSON.parse(b.v);a.b=Ab(a,b)}function Ab(c,a){for(;a.o<a.l.length;a.o++){let b=a.l[a.o];if(b[2]>0||b[3]<10000){
if(a.m<-1)a.m=O(c);if(!(a.m>=b[2]&&a.m<b[3]))continue}c.c='';let d=!b[4]||G(b[4],c);if(a.j)break;if(c.c)return null;if(d){if(L.test(b[1])&&F(c.a[LANES],b[1])){
return{h:b[1],n:b[0],z:b[5]}}a.j='lane-gone';break}}c.c='';return A(a.j||'default')}function G(a,c){let d=c.request,b;switch(a[0]){case'&':for(b=1;b<a.length;
b++)if(!G(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(G(a[b],c))return!0;return!1;case'!':return!G(a[1],c);case'c':return H(d.cookies[a[1]],a,!1);
case'h':return H(d.headers[a[1]],a,!1);case'q':return H(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Ag(a[b],c.k))return!0;return!1;case'y':return a.indexOf(C(d.headers['cloudfront-viewer-country']),1)>0;
case'd':return a.indexOf(Ae(d.headers),1)>0;case'i':return Aj(a,c);case't':return c.g>=a[1]&&(!a[2]||c.g<a[2]);case'l':return S(a,c);case'L':return c.a[K][0]!=='p'&&S(a,c)}
c.e.j='error';return!1}function H(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];
for(let c=0;c<e.length;c++){let f=g?Ad(e[c].value):String(e[c].value);for(let d=3;d<b.length;d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}
return!1}function Ad(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function Ag(g,b){let a=g.split('*'),d=a.length-1;
if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
function Ae(a){if(C(a['cloudfront-is-tablet-viewer'])==='true')return't';if(C(a['cloudfront-is-mobile-viewer'])==='true')return'm';return C(a['cloudfront-is-desktop-viewer'])==='true'?'d':''}
function Aj(b,e){let c=e.e;if(!c.ip)c.ip=Z(e.ip);for(let a=1;a<b.length;a++){let d=b[a].indexOf('-');if(d<0?c.ip.startsWith(b[a]):Ak(c.ip.slice(0,d),b[a],d))return!0}
return!1}function Ak(b,c,a){return b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1)}function Z(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;
a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];while(d.length+h.length<8)d.push('');
let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function S(f,c){if(!c.i)return!1;let h=Q(f[3]+':'+c.i),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c.e.u[i];
if(a===void 0){c.c=i;return!1}if(!a||a[0]!=='1'){c.e.j='list-missing';return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;
while(b<g){let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}function Af(a){let b=O(a);return(a.b.h+'; rule='+a.b.n+'; bucket='+(b<0?'-':b)+'; revision='+a.a[REVISION]+'; epoch='+a.a[EPOCH])}
function Ao(c){let b=c.a,a=b&&b[KEYS]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c.q);return!!a&&a[1]>c.g&&T(b,a[2],'d1\n'+b[SALT]+'\n'+a[1]+'\n',a[3])}
let At=P.kvs(),M=/^\/v\d+(?=\/|$)/,Y=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;async function handler(c){let a=null;try{a=Av(c);while(a.c){
let b=null;try{b=await At.get(a.c)}catch(d){b=null}Au(a,b)}return a.p||Aq(a)}catch(d){return As(c.request,a)}}function Av(d){let b=d.request,c=b.headers,a={
request:b,ip:d.viewer.ip,g:Math.floor(Date.now()/1000),f:W.exec(C(b.cookies['__Host-gray'])),q:C(c['x-gray-debug']),d:C(c['x-gray-pin']),s:API,r:'',i:'',k:b.uri,y:'/index.html',x:'',c:'config',a:null,e:null,b:null,p:null,w:!1}
;R(c);if(a.f)a.r=a.f[J];if(a.d&&!L.test(a.d))a.d='';if(!An(a,b.uri)){a.c='';a.p={statusCode:400,statusDescription:'Bad Request',headers:{'cache-control':{
value:'no-store'}}}}return a}function R(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];delete a['x-gray-explain'];delete a['x-gray-reload'];
delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];delete a.traceparent;delete a.tracestate;delete a['x-amzn-trace-id'];
delete a.baggage}function An(b,a){if(a.indexOf('%')>=0){try{b.k=decodeURIComponent(a)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b.k)||M.test(a)!==M.test(b.k))return!1}
return a[0]==='/'&&!/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/.test(b.k)}function Aq(a){let e=a.request,c=e.headers,d=a.d&&a.d!==a.b.h;if(d&&a.b.h!==B)a.b=A('pin-lost');
let b=a.b.h;if(b!==B)Ap(a.a,b);V(c,b,a.b.n,a.a?a.a[REVISION]:0,d);if(a.q&&Ao(a))D(c,'explain',Af(a));D(c,'version',b);return e}function D(a,b,c){a['x-gray-'+b]={
value:c}}function V(a,c,d,e,b){D(a,'reason',d);D(a,'revision',String(e));a.baggage={value:'gray.version='+c};if(b)D(a,'reload','1')}function Ap(b,c){let a=Y.exec(F(b[LANES],c)+':'+b[REGION]);
P.updateRequestOrigin({domainName:a[1]+'.execute-api.'+a[3]+'.amazonaws.com',originPath:'/'+a[2]})}function As(c,b){let a=c.headers;R(a);D(a,'version',B);
V(a,B,'error',0,b&&b.d&&b.d!==B);return c}
