import C from'crypto';import Ad from'cloudfront';let A='v1',X=/^v[1-9]\d?$/,U=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/,B=a=>!a||typeof a.value!=='string'?'':a.multiValue&&a.multiValue.length>1?'':a.value;
function P(a,d){let c=','+d+':',b=a.indexOf(c);return b<0?'':a.slice(b+c.length,a.indexOf(',',b+1))}let O=a=>C.createHash('sha256').update(a).digest('hex'),M=(a,b)=>C.createHash('md5').update(a).digest('hex')===C.createHash('md5').update(b).digest('hex'),L=(a,b)=>C.createHmac('sha256',a).update(b).digest('base64url').slice(0,22);
function K(b,c,e,d){let a=P(b[9],c);return!!a&&M(L(a,e),d)}function Av(c){if(!c)return null;let a=c.split('|',13),b=a[4];return a[0]!=='1'||!(a[3]>0)?null:b==='k'||b==='f'?a:(b==='a'||b==='p')&&a.length===13&&a[7]&&a[9]?a:null}
let Aa=(a,b)=>a===b?0:a-b,T=a=>a[2]&&a[2][2]==='out'&&a[2][4]>a[1],J=(a,b)=>a[11].indexOf(','+b+':')>=0;function Ao(b){let a=b[2],d=b[0],c=a[2];return b[14]||a[4]<=b[1]||c==='out'?!1:c===A?!0:J(d,c)&&K(d,a[5],R(b,a),a[6])}
let R=(b,a)=>('c1\n'+b[0][7]+'\n'+a[1]+'\n'+a[2]+'\n'+a[3]+'\n'+a[4]+'\n'+b[12]);function Al(b){let h=b[0][8];if(!h)return'';let d=h.split(','),f=d[0],a='';
for(let c=1;c<d.length&&!a;c++){a=B((d[c][0]==='c'?b[8].cookies:b[8].headers)[d[c].slice(2)])}if(f==='p')return a.length>1024?'':a;if(!a||a.length>8192||!b[0][10])return'';
let g=decodeURIComponent(b[0][10]);if(f!=='s')return Ae(a,f.slice(2),g,b[1]);let e=a.lastIndexOf('.'),i=a.slice(0,e);return e>0&&M(L(g,'i1\n\n'+i+'\n'),a.slice(e+1))?i:''}
function Ae(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=C.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!M(h,b[2]))return'';try{let c=JSON.parse(Buffer.from(b[0],'base64url').toString()),a=JSON.parse(Buffer.from(b[1],'base64url').toString());if(c.alg!=='HS256'||c.crit!==void 0)return'';
if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';let e=a[f];return typeof e==='string'?e:''}
catch(j){return''}}function N(a){let b=a[12]||a[9];return!b?-1:Math.floor((parseInt(O(a[0][7]+':'+b).slice(0,8),16)*10000)/4294967296)}function Ab(a){
let c=a[0],b=a[2],d=a[11]!==0||a[4];if(!c)return'no-config';if(b)a[14]=Aa(b[3],c[3]);if(c[4]==='k')return'killed';if(c[4]==='f')return'finished';if(!(a[1]<c[5]))return'expired';
if(T(a))return'out';if(a[14]>0)return'behind';if(d&&a[4]===A)return'pin';a[20]=!0;a[12]=Al(a);if(b&&(d||b[2]!==A)&&Ao(a)){a[7]=b[2];return a[4]===a[7]?'pin':'sticky'}
return a[11]===1?'default':d&&!a[12]&&!b?'no-id':''}function Az(a,b){let f=a[0],d=a[3];a[3]='';if(d==='config'){a[0]=Av(b);a[10]=Ab(a);if(a[10]||a[13])return;
let g=b.slice(b.indexOf('\n')+1);a[6]=['',null,-2,'',0,g,0,{}]}else if(a[6][1]){a[6][7][d]=b}else{let e=f[1]+'|';if(!b||!b.startsWith(e)){a[10]='partial';
return}a[6][5]+=b.slice(e.length)}let c=a[6];if(c[6]<a[0][6]){a[3]='c.'+a[0][1]+'.'+ ++c[6];return}if(!c[1])c[1]=JSON.parse(c[5]);a[10]=Ac(a,c)}function Ac(c,a){
let d=a[1],e=d.length;for(;a[4]<e;a[4]++){let b=d[a[4]];if(b[2]>0||b[3]<10000){if(a[2]<-1)a[2]=N(c);if(!(a[2]>=b[2]&&a[2]<b[3]))continue}c[3]='';let f=!b[4]||F(b[4],c);
if(a[0])break;if(c[3])return'';if(f){if(J(c[0],b[1])){c[7]=b[1];c[19]=b[5];return b[0]}a[0]='lane-gone';break}}c[3]='';return a[0]||'default'}function Ai(a){
let b=N(a);return(a[7]+'; rule='+a[10]+'; bucket='+(b<0?'-':b)+'; revision='+a[0][2]+'; epoch='+a[0][3])}function Ar(c){let b=c[0],a=b&&b[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c[18]);
return!!a&&a[1]>c[1]&&K(b,a[2],'d1\n'+b[7]+'\n'+a[1]+'\n',a[3])}let G=['tablet','mobile','desktop'];function F(a,c){let d=c[8],b;switch(a[0]){case'&':for(b=1;
b<a.length;b++)if(!F(a[b],c))return!1;return!0;case'|':for(b=1;b<a.length;b++)if(F(a[b],c))return!0;return!1;case'!':return!F(a[1],c);case'c':return I(d.cookies[a[1]],a,!1);
case'h':return I(d.headers[a[1]],a,!1);case'q':return I(d.querystring[a[1]],a,!0);case'p':for(b=1;b<a.length;b++)if(Ak(a[b],c[5]))return!0;return!1;case'y':return a.indexOf(B(d.headers['cloudfront-viewer-country']),1)>0;
case'd':return a.indexOf(Ah(d.headers),1)>0;case'i':return Am(a,c);case't':return c[1]>=a[1]&&(!a[2]||c[1]<a[2]);case'l':return S(a,c);case'L':return c[0][8][0]!=='p'&&S(a,c)}
c[6][0]='error';return!1}function I(a,b,g){if(!a||typeof a.value!=='string')return!1;if(b[2]==='?')return!0;let e=a.multiValue&&a.multiValue.length?a.multiValue:[a];
for(let c=0;c<e.length;c++){let f=g?Ag(e[c].value):String(e[c].value);for(let d=3;d<b.length;d++){if(b[2]==='^'?f.startsWith(b[d]):f===b[d])return!0}}
return!1}function Ag(a){try{return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function Ak(g,b){let a=g.split('*'),d=a.length-1;
if(!d)return b===g;if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
function Ah(b){for(let a=0;a<G.length;a++){if(B(b['cloudfront-is-'+G[a]+'-viewer'])==='true')return G[a][0]}return''}function Am(f,c){let b=c[6],g=c[15].indexOf(':')<0?'4':'6';
for(let e=1;e<f.length;e++){let a=f[e];if(a.endsWith('.')){if((c[15]+'.').startsWith(a))return!0}else if(a[0]===g){if(!b[3])b[3]=Z(c[15]);let d=a.indexOf('-');
if(d<0?b[3].startsWith(a):An(b[3].slice(0,d),a,d))return!0}}return!1}let An=(b,c,a)=>b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1);function Z(c){if(c.indexOf(':')<0){
let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function S(f,c){if(!c[12])return!1;
let h=O(f[3]+':'+c[12]),i='s.'+f[1]+'.'+(parseInt(h.slice(0,8),16)%f[2]).toString(36),a=c[6][7][i];if(a===void 0){c[3]=i;return!1}if(!a||a[0]!=='1'){c[6][0]='list-missing';
return!1}let d=parseInt(h.slice(8,14),16),j=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),b=0,g=(a.length-1)>>2;while(b<g){
let e=(b+g)>>1;if(a.slice(e*4+1,e*4+5)<j)b=e+1;else g=e}return a.slice(b*4+1,b*4+5)===j}function Ax(a){let b=a.indexOf(';');return{value:a.slice(0,b),attributes:'Path=/; Max-Age='+a.slice(b+1)+'; Secure; HttpOnly; SameSite=Lax'}
}let Ay=Ad.kvs(),H=/^\/v\d+(?=\/|$)/,W=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,Y=/^(v[1-9]\d?)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/,V=' css js mjs map json txt xml svg png jpg jpeg gif webp avif ico woff woff2 ttf otf eot wasm mp3 mp4 webm pdf webmanifest ';
async function handler(b){let a=null;try{a=Ba(b);while(a[3]){let c=null;try{c=await Ay.get(a[3])}catch(d){}Az(a,c)}return a[13]?Aj(a):a[17]||As(a)}catch(d){
return Aw(b.request,a)}}function Ba(c){let b=c.request,d=b.headers,a=[null,(Date.now()/1000)>>>0,U.exec(B(b.cookies['__Host-gray'])),'config',B(d['x-gray-pin']),b.uri,null,A,b,'','',2,'','',-1,c.viewer.ip,'/index.html',null,B(d['x-gray-debug']),0,!1];
Q(d);if(a[2])a[9]=a[2][1];if(a[4]&&!(a[2]&&a[4]===a[2][2])&&a[4].search(X))a[4]='';if(!Aq(a,b.uri)){a[3]='';a[17]={statusCode:400,statusDescription:'Bad Request',headers:{
'cache-control':{value:'no-store'}}}}else At(a,c.context.requestId);return a}function Q(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];
delete a['x-gray-explain'];delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];
delete a.traceparent;delete a.tracestate;delete a['x-amzn-trace-id'];delete a.baggage}function Aq(b,a){if(a.indexOf('%')>=0){try{b[5]=decodeURIComponent(a)}
catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b[5])||H.test(a)!==H.test(b[5]))return!1}return a[0]==='/'&&b[5].search(W)<0}function At(a,h){
let b=a[8],g=a[5][1]==='v'&&H.exec(a[5]),c=g?g[0]:'';if(c)a[5]=a[5].slice(c.length)||'/';let f=a[5],e=f.lastIndexOf('.'),d=e>0&&e>f.lastIndexOf('/')?f.slice(e+1).toLowerCase():'';
if(d)a[16]=b.uri.slice(c.length);if((d&&d!=='html')||(b.method!=='GET'&&b.method!=='HEAD')){a[11]=1;if(!c||V.indexOf(' '+d+' ')<0)return;a[3]='';a[17]=b;
D(b.headers,'version',c.slice(1));return}a[11]=0;a[13]=B(b.querystring['gray-link']);if(!a[9]&&h)a[9]=C.createHash('sha256').update(h).digest('base64url').slice(0,22)}
function E(a,c,d){if(!a[9])return'';let b=a[0],f=Math.max(a[2]?a[2][3]:0,b?b[3]:0),h=['',a[9],c,f,d],e='-.-';if(c!==A&&c!=='out'){let g=b[9].slice(1,b[9].indexOf(':'));
e=g+'.'+L(P(b[9],g),R(a,h))}return a[9]+'.'+c+'.'+f+'.'+d+'.'+e+';'+Math.max(2592000,d-a[1])}function Af(a,c,d){let b=a[2],f=a[0],e=a[1]+604800;if(a[4]||!f)return'';
if(d==='sticky'){return f[9].startsWith(','+b[5]+':')?'':E(a,c,+b[4])}if(d==='partial'||d==='expired'||d==='behind')return'';if(a[14]>0)return'';if(c!==A)return E(a,c,Math.min(e,a[19]||e));
let g=!a[14];return T(a)?g?'':E(a,'out',+b[4]):g&&b[2]===c&&b[4]>e-604800/2?'':E(a,c,e)}function Aj(a){let b=a[13].split('.'),g=a[1]+604800,c='',d=g;if(b[0]==='out'){
c='out';if(b[1])d=Math.min(+b[1],a[1]+34560000)}else if(a[13]==='clear'){c=A}else if(Ap(a,b)){c=b[0];d=Math.min(+b[2],g)}let e={statusCode:302,statusDescription:'Found',headers:{
location:{value:a[8].uri+Au(a[8].querystring)},'cache-control':{value:'no-store'},'referrer-policy':{value:'no-referrer'}}},f=c&&d>a[1]&&E(a,c,d);if(f)e.cookies={
'__Host-gray':Ax(f)};return e}function Ap(c,a){let b=c[0];if(!Y.test(c[13])||!c[20])return!1;if(+a[1]!==+b[3]||!J(b,a[0]))return!1;let d=['l1',b[7],a[0],a[1],a[2],''].join('\n');
return K(b,a[3],d,a[4])}function Au(e){let c='';for(let b in e){let d=e[b],f=d.multiValue||[d];for(let a=0;b!=='gray-link'&&a<f.length;a++){c+=(c?'&':'?')+encodeURI(b+'='+f[a].value).split('%25').join('%')}
}return c}function As(a){let d=a[8],b=d.headers,e=a[4]&&a[4]!==a[7];if(e&&a[7]!==A){a[7]=A;a[10]='pin-lost'}let c=a[7];if(a[11]===0)D(b,'cookie',Af(a,c,a[10])||'-');
d.uri='/'+c+a[16];if(a[18]&&Ar(a))D(b,'explain',Ai(a));D(b,'version',c);return d}function D(a,b,c){a['x-gray-'+b]={value:c}}function Aw(c,a){let b=c.headers;
Q(b);D(b,'version',A);if(!a||a[11]===0)D(b,'cookie','-');c.uri='/'+A+(a?a[16]:'/index.html');return c}
