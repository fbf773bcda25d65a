import C from'crypto';import I from'cloudfront';let A='v1',U=/^v[1-9]\d?$/,S=/^([\w-]{16,32})\.(v[1-9]\d?|out)\.(\d{1,10})\.(\d{1,10})\.([a-z0-9]{1,4}|-)\.([\w-]{22}|-)$/;
function B(a){if(!a)return'';let c=a.value,b=a.multiValue;return typeof c!=='string'||(b&&b.length>1)?'':c}function K(a,e){let c=','+e+':',b=a.indexOf(c),d=b+c.length;
return b<0?'':a.slice(d,a.indexOf(',',d))}let J=a=>C.createHash('sha256').update(a).digest('hex'),F=(a,b)=>C.createHash('md5').update(a).digest('hex')===C.createHash('md5').update(b).digest('hex'),P=(a,b)=>C.createHmac('sha256',a).update(b).digest('base64url').slice(0,22);
function O(b,c,e,d){let a=K(b[9],c);return!!a&&F(P(a,e),d)}function h(c){if(!c)return null;let a=c.split('|',13),b=a[4];return a[0]!=='1'||!(a[3]>0)?null:b==='k'||b==='f'?a:(b==='a'||b==='p')&&a.length===13&&a[7]&&a[9]?a:null}
let p=a=>a[2]&&a[2][2]==='out'&&a[2][4]>a[7],N=(a,b)=>a[11].indexOf(','+b+':')>=0;function q(b){let a=b[2],d=b[0],c=a[2];return b[11]||a[4]<=b[7]||c==='out'?!1:c===A?!0:N(d,c)&&O(d,a[5],u(b,a),a[6])}
let u=(b,a)=>('c1\n'+b[0][7]+'\n'+a[1]+'\n'+a[2]+'\n'+a[3]+'\n'+a[4]+'\n'+b[9]);function t(b){let i=b[0][8];if(!i)return'';let f=i.split(','),e=f[0],a='';
for(let d=1;d<f.length&&!a;d++){let g=f[d],k=g[0]==='c'?b[4].cookies:b[4].headers;a=B(k[g.slice(2)])}if(!a)return'';if(e==='p')return a.length>1024?'':a;
if(a.length>8192||!b[0][10])return'';let h=decodeURIComponent(b[0][10]);if(e!=='s')return z(a,e.slice(2),h,b[7]);let c=a.lastIndexOf('.'),j=a.slice(0,c);
return c>0&&F(P(h,'i1\n\n'+j+'\n'),a.slice(c+1))?j:''}function z(i,f,g,d){let b=i.replace(/^bearer /i,'').split('.');if(b.length!==3)return'';let h=C.createHmac('sha256',g).update(b[0]+'.'+b[1]).digest('base64url');
if(!F(h,b[2]))return'';try{let c=Q(b[0]),a=Q(b[1]);if(c.alg!=='HS256'||c.crit!==void 0)return'';if(typeof a.exp!=='number'||a.exp<=d)return'';if(a.nbf!==void 0&&!(typeof a.nbf==='number'&&a.nbf<=d))return'';
let e=a[f];return typeof e==='string'?e:''}catch(j){return''}}let Q=a=>JSON.parse(Buffer.from(a,'base64url').toString());function H(a){let b=a[9]||a[14];
return!b?-1:((parseInt(J(a[0][7]+':'+b).slice(0,8),16)*10000)/4294967296)|0}function Y(a){let c=a[0],b=a[2],d=a[13]!==0||a[1];if(!c)return'no-config';
if(b)a[11]=b[3]===c[3]?0:b[3]-c[3];if(c[4]==='k')return'killed';if(c[4]==='f')return'finished';if(!(a[7]<c[5]))return'expired';if(p(a))return'out';if(a[11]>0)return'behind';
if(d&&a[1]===A)return'pin';a[9]=t(a);if(b&&(d||b[2]!==A)&&q(a)){a[6]=b[2];return a[1]===a[6]?'pin':'sticky'}return a[13]===1?'default':d&&!a[9]&&!b?'no-id':''}
function c(a,b){let f=a[0],d=a[3];a[3]='';if(d==='config'){a[0]=h(b);a[8]=Y(a);if(a[8]||a[17])return;let g=b.slice(b.indexOf('\n')+1);a[5]=['',null,-2,'',g,0,0,{
},'','']}else if(a[5][1]){a[5][7][d]=b}else{let e=f[1]+'|';if(!b||!b.startsWith(e)){a[8]='partial';return}a[5][4]+=b.slice(e.length)}let c=a[5];if(c[5]<a[0][6]){
a[3]='c.'+a[0][1]+'.'+ ++c[5];return}if(!c[1])c[1]=JSON.parse(c[4]);a[8]=Z(a,c)}function Z(c,b){let e=b[1],f=e.length;for(let d=b[6];d<f;d++){let a=e[d];
if(a[2]>0||a[3]<10000){if(b[2]<-1)b[2]=H(c);if(!(b[2]>=a[2]&&b[2]<a[3]))continue}let g=!a[4]||D(a[4],c);if(b[0])break;if(c[3]){b[6]=d;return''}if(g){if(N(c[0],a[1])){
c[6]=a[1];c[18]=a[5];return a[0]}b[0]='lane-gone';break}}c[3]='';return b[0]||'default'}function w(a){let b=H(a);return(a[6]+'; rule='+a[8]+'; bucket='+(b<0?'-':b)+'; revision='+a[0][2]+'; epoch='+a[0][3])}
function n(c){let b=c[0],a=b&&b[9]&&/^(\d{1,10})\.([a-z0-9]{1,4})\.([\w-]{22})$/.exec(c[12]);return!!a&&a[1]>c[7]&&O(b,a[2],'d1\n'+b[7]+'\n'+a[1]+'\n',a[3])}
function D(a,b){let c;switch(a[0]){case'c':return E(b[4].cookies[a[1]],a,!1);case'&':for(c=1;c<a.length;c++)if(!D(a[c],b))return!1;return!0;case'p':for(c=1;
c<a.length;c++)if(v(a[c],b[10]))return!0;return!1;case'y':return a.indexOf(B(b[4].headers['cloudfront-viewer-country']),1)>0;case'h':return E(b[4].headers[a[1]],a,!1);
case'd':return a.indexOf(x(b[4].headers),1)>0;case'!':return!D(a[1],b);case'l':return M(a,b);case'q':return E(b[4].querystring[a[1]],a,!0);case'i':return s(a,b);
case't':return b[7]>=a[1]&&(!a[2]||b[7]<a[2]);case'|':for(c=1;c<a.length;c++)if(D(a[c],b))return!0;return!1;case'L':return b[0][8][0]!=='p'&&M(a,b)}b[5][0]='error';
return!1}function E(b,a,h){if(!b||typeof b.value!=='string')return!1;if(a[2]==='?')return!0;let e=b.multiValue,f=e&&e.length?e:[b];for(let c=0;c<f.length;
c++){let g=h?y(f[c].value):String(f[c].value);for(let d=3;d<a.length;d++){if(a[2]==='^'?g.startsWith(a[d]):g===a[d])return!0}}return!1}function y(a){try{
return decodeURIComponent(String(a).split('+').join(' '))}catch(b){return String(a)}}function v(g,b){let a=g.split('*'),d=a.length-1;if(!d)return b===g;
if(!b.startsWith(a[0]))return!1;let e=a[0].length;for(let c=1;c<d;c++){let f=b.indexOf(a[c],e);if(f<0)return!1;e=f+a[c].length}return b.length-a[d].length>=e&&b.endsWith(a[d])}
let x=a=>B(a['cloudfront-is-tablet-viewer'])==='true'?'t':B(a['cloudfront-is-mobile-viewer'])==='true'?'m':B(a['cloudfront-is-desktop-viewer'])==='true'?'d':'';
function s(f,g){let b=g[5],e=g[16].viewer.ip,h=e+'.',i=e.indexOf(':')<0?'4':'6';for(let d=1;d<f.length;d++){let a=f[d];if(a.endsWith('.')){if(h.startsWith(a))return!0}
else if(a[0]===i){if(!b[3])b[3]=W(e);let c=a.indexOf('-');if(c<0?b[3].startsWith(a):r(b[3].slice(0,c),a,c))return!0}}return!1}let r=(b,c,a)=>b.length===a&&b>=c.slice(0,a)&&b<=c.slice(a+1);
function W(c){if(c.indexOf(':')<0){let e=c.split('.'),f='4';for(let a=0;a<e.length;a++)f+=(+e[a]+256).toString(16).slice(1);return f}let b=c.toLowerCase().split('::'),d=b[0].split(':'),h=b.length>1?b[1].split(':'):[];
while(d.length+h.length<8)d.push('');let g=d.concat(h),i='6';for(let a=0;a<g.length;a++)i+=('0000'+g[a]).slice(-4);return i}function M(g,f){if(!f[9])return!1;
let a=f[5],h=g[3]+':'+f[9];if(a[8]!==h){a[8]=h;a[9]=J(h)}let j=a[9],k='s.'+g[1]+'.'+(parseInt(j.slice(0,8),16)%g[2]).toString(36),b=a[7][k];if(b===void 0){
f[3]=k;return!1}if(!b||b[0]!=='1'){a[0]='list-missing';return!1}let d=parseInt(j.slice(8,14),16),l=String.fromCharCode(48+(d>>18),48+((d>>12)&63),48+((d>>6)&63),48+(d&63)),c=0,i=(b.length-1)>>2;
while(c<i){let e=(c+i)>>1;if(b.slice(e*4+1,e*4+5)<l)c=e+1;else i=e}return b.slice(c*4+1,c*4+5)===l}let d=I.kvs(),G=/^\/v\d+(?=\/|$)/,T=/\/\/|[\x00-\x1f\x7f\\]|\/\.\.?(\/|$)/,V=/^([a-z0-9]{1,40}):([\w-]{1,128}):([a-z0-9-]{5,30})$/;
async function handler(b){let a=null;try{a=Aa(b);while(a[3]){let e=null;try{e=await d.get(a[3])}catch(f){}c(a,e)}return a[15]||k(a)}catch(f){return g(b.request,a)}
}function Aa(d){let b=d.request,c=b.headers,a=[null,B(c['x-gray-pin']),S.exec(B(b.cookies['__Host-gray'])),'config',b,null,A,(Date.now()/1000)>>>0,'',null,b.uri,-1,B(c['x-gray-debug']),2,'',null,d,'',0,'/index.html'];
L(c);if(a[2])a[14]=a[2][1];if(a[1]&&!(a[2]&&a[1]===a[2][2])&&a[1].search(U))a[1]='';if(!o(a,b.uri)){a[3]='';a[15]=X(400,'Bad Request')}return a}function X(b,a){
return{statusCode:b,statusDescription:a,headers:{'cache-control':{value:'no-store'}}}}function L(a){delete a['x-gray'];delete a['x-gray-version'];delete a['x-gray-cookie'];
delete a['x-gray-explain'];delete a['x-gray-reload'];delete a['x-gray-reason'];delete a['x-gray-revision'];delete a['x-gray-debug'];delete a['x-api-key'];
delete a.traceparent;delete a.tracestate;delete a['x-amzn-trace-id'];delete a.baggage}function o(b,a){if(a.indexOf('%')>=0){try{b[10]=decodeURIComponent(a)}
catch(c){return!1}if(/%(2e|2f|5c|[01][\da-f]|7f)/i.test(b[10])||G.test(a)!==G.test(b[10]))return!1}return a[0]==='/'&&b[10].search(T)<0}function k(a){
let e=a[4],c=e.headers,d=a[1]&&a[1]!==a[6];if(d&&a[6]!==A){a[6]=A;a[8]='pin-lost'}let b=a[6];if(b!==A)l(a[0],b);R(c,b,a[8],a[0]?a[0][2]:0,d);if(a[12]&&n(a))c['x-gray-explain']={
value:w(a)};c['x-gray-version']={value:b};return e}function R(a,c,d,e,b){a['x-gray-reason']={value:d};a['x-gray-revision']={value:''+e};a.baggage={value:'gray.version='+c}
;if(b)a['x-gray-reload']={value:'1'}}function l(b,c){let a=V.exec(K(b[11],c)+':'+b[12]);I.updateRequestOrigin({domainName:a[1]+'.execute-api.'+a[3]+'.amazonaws.com',originPath:'/'+a[2]}
)}function g(c,b){let a=c.headers;L(a);a['x-gray-version']={value:A};R(a,A,'error',0,b&&b[1]&&b[1]!==A);return c}
