import D from'crypto';import K from'cloudfront';let A='v1',V=/^v[1-9]\d?$/,T=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/,B=a=>!a||typeof a.value!=='string'?'':a.multiValue&&a.multiValue.length>1?'':a.value;
function M(a,d){let c=','+d+':',b=a.indexOf(c);return b<0?'':a.slice(b+c.length,a.indexOf(',',b+1))}let L=a=>D.createHash('sha256').update(a).digest('hex'),H=(a,b)=>D.createHash('md5').update(a).digest('hex')===D.createHash('md5').update(b).digest('hex'),R=(a,b)=>D.createHmac('sha256',a).update(b).digest('base64url').slice(0,22);
function Q(b,c,e,d){let a=M(b[9],c);return!!a&&H(R(a,e),d)}function Aq(c){if(!c)return null;let a=c.split('|',13),b=a[4];return a[0]!=='1'||!(a[3]>0)?null:b==='k'||b==='f'?a:(b==='a'||b==='p')&&a.length===13&&a[7]&&a[9]?a:null}
let Y=(a,b)=>a===b?0:a-b,Al=a=>a[3]&&a[3][2]==='out'&&a[3][4]>a[6],P=(a,b)=>a[11].indexOf(','+b+':')>=0;function Ak(b){let a=b[3],d=b[0],c=a[2];return b[12]||a[4]<=b[6]||c==='out'?!1:c===A?!0:P(d,c)&&Q(d,a[5],Ag(b,a),a[6])}
let Ag=(b,a)=>('c1\n'+b[0][7]+'\n'+a[1]+'\n'+a[2]+'\n'+a[3]+'\n'+a[4]+'\n'+b[8]);function Ah(b){let h=b[0][8];if(!h)return'';let d=h.split(','),f=d[0],a='';
for(let c=1;c<d.length&&!a;c++){a=B((d[c][0]==='c'?b[10].cookies:b[10].headers)[d[c].slice(2)])}if(f==='p')return a.length>1024?'':a;if(!a||a.length>8192||!b[0][10])return'';
let g=decodeURIComponent(b[0][10]);if(f!=='s')return Ab(a,f.slice(2),g,b[6]);let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&H(R(g,'i1\n\n'+i+'\n'),a.slice(e+1))?i:''}
function Ab(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=D.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!H(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());if(c.alg!=='HS256'||c.crit!==void 0)return'';
if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';let e=a[f];return typeof e==='string'?e:''}
catch(j){return''}}function J(a){let b=a[8]||a[15];return!b?-1:Math.floor((parseInt(L(a[0][7]+':'+b).slice(0,8),16)*10000)/4294967296)}function Z(a){let c=a[0],b=a[3],d=a[14]!==0||a[1];
if(!c)return'no-config';if(b)a[12]=Y(b[3],c[3]);if(c[4]==='k')return'killed';if(c[4]==='f')return'finished';if(!(a[6]<c[5]))return'expired';if(Al(a))return'out';
if(a[12]>0)return'behind';if(d&&a[1]===A)return'pin';a[19]=!0;a[8]=Ah(a);if(b&&(d||b[2]!==A)&&Ak(a)){a[5]=b[2];return a[1]===a[5]?'pin':'sticky'}return a[14]===1?'default':d&&!a[8]&&!b?'no-id':''}
function At(a,b){let f=a[0],d=a[2];a[2]='';if(d==='config'){a[0]=Aq(b);a[7]=Z(a);if(a[7]||a[17])return;let g=b.slice(b.indexOf('\n')+1);a[4]=['',null,-2,'',0,g,0,{
}]}else if(a[4][1]){a[4][7][d]=b}else{let e=f[1]+'|';if(!b||!b.startsWith(e)){a[7]='partial';return}a[4][5]+=b.slice(e.length)}let c=a[4];if(c[6]<a[0][6]){
a[2]='c.'+a[0][1]+'.'+ ++c[6];return}if(!c[1])c[1]=JSON.parse(c[5]);a[7]=Aa(a,c)}function Aa(c,a){let d=a[1],e=d.length;for(;a[4]<e;a[4]++){let b=d[a[4]];
if(b[2]>0||b[3]<10000){if(a[2]<-1)a[2]=J(c);if(!(a[2]>=b[2]&&a[2]<b[3]))continue}c[2]='';let f=!b[4]||E(b[4],c);if(a[0])break;if(c[2])return'';if(f){if(P(c[0],b[1])){
c[5]=b[1];c[18]=b[5];return b[0]}a[0]='lane-gone';break}}c[2]='';return a[0]||'default'}function Ae(a){let b=J(a);return(a[5]+'; rule='+a[7]+'; bucket='+(b<0?'-':b)+'; revision='+a[0][2]+'; epoch='+a[0][3])}
function An(c){let b=c[0],a=b&&b[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c[13]);return!!a&&a[1]>c[6]&&Q(b,a[2],'d1\n'+b[7]+'\n'+a[1]+'\n',a[3])}
let F=['tablet','mobile','desktop'];function E(a,c){let d=c[10],b;switch(a[0]){case'&':for(b=1;b<a.length;b++)if(!E(a[b],c))return!1;return!0;case'|':for(b=1;
b<a.length;b++)if(E(a[b],c))return!0;return!1;case'!':return!E(a[1],c);case'c':return G(d.cookies[a[1]],a,!1);case'h':return G(d.headers[a[1]],a,!1);case'q':return G(d.querystring[a[1]],a,!0);
case'p':for(b=1;b<a.length;b++)if(Af(a[b],c[9]))return!0;return!1;case'y':return a.indexOf(B(d.headers['cloudfront-viewer-country']),1)>0;case'd':return a.indexOf(Ad(d.headers),1)>0;
case'i':return Ai(a,c);case't':return c[6]>=a[1]&&(!a[2]||c[6]<a[2]);case'l':return O(a,c);case'L':return c[0][8][0]!=='p'&&O(a,c)}c[4][0]='error';return!1}
function G(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];for(let c=0;
c<e.length;c++){let f=g?Ac(e[c].value):String(e[c].value);for(let d=3;d<b.length;d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}return!1}function Ac(a){
try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function Af(g,b){let a=g.split('*'),d=a.length-1;if(!d)return b===g;
if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
function Ad(b){for(let a=0;a<F.length;a++){if(B(b['cloudfront-is-'+F[a]+'-viewer'])==='true')return F[a][0]}return''}function Ai(f,c){let b=c[4],g=c[11].indexOf(':')<0?'4':'6';
for(let e=1;e<f.length;e++){let a=f[e];if(a.endsWith('.')){if((c[11]+'.').startsWith(a))return!0}else if(a[0]===g){if(!b[3])b[3]=X(c[11]);let d=a.indexOf('-');
if(d<0?b[3].startsWith(a):Aj(b[3].slice(0,d),a,d))return!0}}return!1}let Aj=(b,c,a)=>b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1);function X(c){if(c.indexOf(':')<0){
let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function O(f,c){if(!c[8])return!1;
let h=L(f[3]+':'+c[8]),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c[4][7][i];if(a===void 0){c[2]=i;return!1}if(!a||a[0]!=='1'){c[4][0]='list-missing';
return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;while(b<g){
let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}let As=K.kvs(),I=/^\/v\d+(?=\/|$)/,U=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,W=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;
async function handler(b){let a=null;try{a=Au(b);while(a[2]){let c=null;try{c=await As.get(a[2])}catch(d){}At(a,c)}return a[16]||Ap(a)}catch(d){return Ar(b.request,a)}
}function Au(d){let b=d.request,c=b.headers,a=[null,B(c['x-gray-pin']),'config',T.exec(B(b.cookies['__Host-gray'])),null,A,(Date.now()/1000)>>>0,'','',b.uri,b,d.viewer.ip,-1,B(c['x-gray-debug']),2,'',null,'',0,!1,'/index.html'];
N(c);if(a[3])a[15]=a[3][1];if(a[1]&&!(a[3]&&a[1]===a[3][2])&&a[1].search(V))a[1]='';if(!Am(a,b.uri)){a[2]='';a[16]={statusCode:400,statusDescription:'Bad Request',headers:{
'cache-control':{value:'no-store'}}}}return a}function N(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];delete a['x-gray-explain'];
delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];delete a.traceparent;delete a.tracestate;
delete a['x-amzn-trace-id'];delete a.baggage}function Am(b,a){if(a.indexOf('%')>=0){try{b[9]=decodeURIComponent(a)}catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b[9])||I.test(a)!==I.test(b[9]))return!1}
return a[0]==='/'&&b[9].search(U)<0}function Ap(a){let e=a[10],c=e.headers,d=a[1]&&a[1]!==a[5];if(d&&a[5]!==A){a[5]=A;a[7]='pin-lost'}let b=a[5];if(b!==A)Ao(a[0],b);
S(c,b,a[7],a[0]?a[0][2]:0,d);if(a[13]&&An(a))C(c,'explain',Ae(a));C(c,'version',b);return e}function C(a,b,c){a['x-gray-'+b]={value:c}}function S(a,c,d,e,b){
C(a,'reason',d);C(a,'revision',String(e));a.baggage={value:'gray.version='+c};if(b)C(a,'reload','1')}function Ao(b,c){let a=W.exec(M(b[11],c)+':'+b[12]);
K.updateRequestOrigin({domainName:a[1]+'.execute-api.'+a[3]+'.amazonaws.com',originPath:'/'+a[2]})}function Ar(c,b){let a=c.headers;N(a);C(a,'version',A);
S(a,A,'error',0,b&&b[1]&&b[1]!==A);return c}
