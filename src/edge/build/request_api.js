import E from'crypto';import L from'cloudfront';let B='v1',W=/^v[1-9]\d?$/,U=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/,C=a=>!a||typeof a.value!=='string'?'':a.multiValue&&a.multiValue.length>1?'':a.value;
function N(a,d){let c=','+d+':',b=a.indexOf(c);return b<0?'':a.slice(b+c.length,a.indexOf(',',b+1))}let M=a=>E.createHash('sha256').update(a).digest('hex'),I=(a,b)=>E.createHash('md5').update(a).digest('hex')===E.createHash('md5').update(b).digest('hex'),S=(a,b)=>E.createHmac('sha256',a).update(b).digest('base64url').slice(0,22);
function R(b,c,e,d){let a=N(b[9],c);return!!a&&I(S(a,e),d)}function Aq(c){if(!c)return null;let a=c.split('|',13),b=a[4];return a[0]!=='1'||!(a[3]>0)?null:b==='k'||b==='f'?a:(b==='a'||b==='p')&&a.length===13&&a[7]&&a[9]?a:null}
let Al=a=>a[4]&&a[4][2]==='out'&&a[4][4]>a[6],Q=(a,b)=>a[11].includes(','+b+':');function Ak(b){let a=b[4],c=b[0],d=a[2];return+a[3]!==+c[3]||a[4]<=b[6]||d==='out'?!1:d===B?!0:Q(c,d)&&R(c,a[5],Ag(b,a),a[6])}
let Ag=(b,a)=>('c1\n'+b[0][7]+'\n'+a[1]+'\n'+a[2]+'\n'+a[3]+'\n'+a[4]+'\n'+b[7]);function Ah(b){let h=b[0][8];if(!h)return'';let d=h.split(','),f=d[0],a='';
for(let c=1;c<d.length&&!a;c++){a=C((d[c][0]==='c'?b[9].cookies:b[9].headers)[d[c].slice(2)])}if(f==='p')return a.length>1024?'':a;if(!a||a.length>8192||!b[0][10])return'';
let g=decodeURIComponent(b[0][10]);if(f!=='s')return Ab(a,f.slice(2),g,b[6]);let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&I(S(g,'i1\n\n'+i+'\n'),a.slice(e+1))?i:''}
function Ab(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=E.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!I(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());if(c.alg!=='HS256'||c.crit!==void 0)return'';
if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';let e=a[f];return typeof e==='string'?e:''}
catch(j){return''}}function K(a){let b=a[7]||a[13];return!b?-1:Math.floor((parseInt(M(a[0][7]+':'+b).slice(0,8),16)*10000)/4294967296)}function A(a){return{
a:B,b:a}}function Z(a){let c=a[0],b=a[4],d=a[12]!==0||a[1];if(!c)return A('no-config');if(c[4]==='k')return A('killed');if(c[4]==='f')return A('finished');
if(!(a[6]<c[5]))return A('expired');if(Al(a))return A('out');if(b&&+b[3]>+c[3])return A('behind');if(d&&a[1]===B)return A('pin');a[16]=!0;a[7]=Ah(a);if(b&&(d||b[2]!==B)&&Ak(a)){
return{a:b[2],b:a[1]===b[2]?'pin':'sticky'}}return a[12]===1?A('default'):d&&!a[7]&&!b?A('no-id'):null}function At(a,b){let f=a[0],d=a[3];a[3]='';if(d==='config'){
a[0]=Aq(b);a[2]=Z(a);if(a[2]||a[15])return;let g=b.slice(b.indexOf('\n')+1);a[5]=['',null,-2,'',0,g,0,{}]}else if(a[5][1]){a[5][7][d]=b}else{let e=f[1]+'|';
if(!b||!b.startsWith(e)){a[2]=A('partial');return}a[5][5]+=b.slice(e.length)}let c=a[5];if(c[6]<a[0][6]){a[3]='c.'+a[0][1]+'.'+ ++c[6];return}if(!c[1])c[1]=JSON.parse(c[5]);
a[2]=Aa(a,c)}function Aa(c,a){let d=a[1],e=d.length;for(;a[4]<e;a[4]++){let b=d[a[4]];if(b[2]>0||b[3]<10000){if(a[2]<-1)a[2]=K(c);if(!(a[2]>=b[2]&&a[2]<b[3]))continue}
c[3]='';let f=!b[4]||F(b[4],c);if(a[0])break;if(c[3])return null;if(f){if(Q(c[0],b[1])){return{a:b[1],b:b[0],c:b[5]}}a[0]='lane-gone';break}}c[3]='';return A(a[0]||'default')}
function Ae(a){let b=K(a);return(a[2].a+'; rule='+a[2].b+'; bucket='+(b<0?'-':b)+'; revision='+a[0][2]+'; epoch='+a[0][3])}function An(c){let b=c[0],a=b&&b[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c[11]);
return!!a&&a[1]>c[6]&&R(b,a[2],'d1\n'+b[7]+'\n'+a[1]+'\n',a[3])}let G=['tablet','mobile','desktop'];function F(a,c){let d=c[9],b;switch(a[0]){case'&':for(b=1;
b<a.length;b++)if(!F(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(F(a[b],c))return!0;return!1;case'!':return!F(a[1],c);case'c':return H(d.cookies[a[1]],a,!1);
case'h':return H(d.headers[a[1]],a,!1);case'q':return H(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Af(a[b],c[8]))return!0;return!1;case'y':return a.indexOf(C(d.headers['cloudfront-viewer-country']),1)>0;
case'd':return a.indexOf(Ad(d.headers),1)>0;case'i':return Ai(a,c);case't':return c[6]>=a[1]&&(!a[2]||c[6]<a[2]);case'l':return P(a,c);case'L':return c[0][8][0]!=='p'&&P(a,c)}
c[5][0]='error';return!1}function H(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];
for(let c=0;c<e.length;c++){let f=g?Ac(e[c].value):String(e[c].value);for(let d=3;d<b.length;d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}
return!1}function Ac(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function Af(g,b){let a=g.split('*'),d=a.length-1;
if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
function Ad(b){for(let a=0;a<G.length;a++){if(C(b['cloudfront-is-'+G[a]+'-viewer'])==='true')return G[a][0]}return''}function Ai(f,c){let b=c[5],g=c[10].indexOf(':')<0?'4':'6';
for(let e=1;e<f.length;e++){let a=f[e];if(a.endsWith('.')){if((c[10]+'.').startsWith(a))return!0}else if(a[0]===g){if(!b[3])b[3]=Y(c[10]);let d=a.indexOf('-');
if(d<0?b[3].startsWith(a):Aj(b[3].slice(0,d),a,d))return!0}}return!1}let Aj=(b,c,a)=>b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1);function Y(c){if(c.indexOf(':')<0){
let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function P(f,c){if(!c[7])return!1;
let h=M(f[3]+':'+c[7]),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c[5][7][i];if(a===void 0){c[3]=i;return!1}if(!a||a[0]!=='1'){c[5][0]='list-missing';
return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;while(b<g){
let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}let As=L.kvs(),J=/^\/v\d+(?=\/|$)/,V=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,X=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;
async function handler(b){let a=null;try{a=Au(b);while(a[3]){let c=null;try{c=await As.get(a[3])}catch(d){}At(a,c)}return a[14]||Ap(a)}catch(d){return Ar(b.request,a)}
}function Au(d){let b=d.request,c=b.headers,a=[null,C(c['x-gray-pin']),null,'config',U.exec(C(b.cookies['__Host-gray'])),null,Math.floor(Date.now()/1000),'',b.uri,b,d.viewer.ip,C(c['x-gray-debug']),2,'',null,'',!1,'/index.html'];
O(c);if(a[4])a[13]=a[4][1];if(a[1]&&!(a[4]&&a[1]===a[4][2])&&!W.test(a[1]))a[1]='';if(!Am(a,b.uri)){a[3]='';a[14]={statusCode:400,statusDescription:'Bad Request',headers:{
'cache-control':{value:'no-store'}}}}return a}function O(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];delete a['x-gray-explain'];
delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];delete a.traceparent;delete a.tracestate;
delete a['x-amzn-trace-id'];delete a.baggage}function Am(b,a){if(a.indexOf('%')>=0){try{b[8]=decodeURIComponent(a)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b[8])||J.test(a)!==J.test(b[8]))return!1}
return a[0]==='/'&&!V.test(b[8])}function Ap(a){let e=a[9],c=e.headers,d=a[1]&&a[1]!==a[2].a;if(d&&a[2].a!==B)a[2]=A('pin-lost');let b=a[2].a;if(b!==B)Ao(a[0],b);
T(c,b,a[2].b,a[0]?a[0][2]:0,d);if(a[11]&&An(a))D(c,'explain',Ae(a));D(c,'version',b);return e}function D(a,b,c){a['x-gray-'+b]={value:c}}function T(a,c,d,e,b){
D(a,'reason',d);D(a,'revision',String(e));a.baggage={value:'gray.version='+c};if(b)D(a,'reload','1')}function Ao(b,c){let a=X.exec(N(b[11],c)+':'+b[12]);
L.updateRequestOrigin({domainName:a[1]+'.execute-api.'+a[3]+'.amazonaws.com',originPath:'/'+a[2]})}function Ar(c,b){let a=c.headers;O(a);D(a,'version',B);
T(a,B,'error',0,b&&b[1]&&b[1]!==B);return c}
