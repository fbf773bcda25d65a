function B(a){let b=a.indexOf(';');return{value:a.slice(0,b),attributes:'Path=/; Max-Age='+a.slice(b+1)+'; Secure; HttpOnly; SameSite=Lax'}}function handler(f){
let c=f.response;try{let b=f.request.headers,a=c.headers,d=A(b,'x-gray-cookie'),e=A(b,'x-gray-version');if(d){a['cache-control']={value:'private, no-cache'}
}else if(A(b,'x-gray-reason')){a['cache-control']={value:'private, no-store'};let g=A(a,'x-gray-version');if(g&&g!==e)a['x-gray-reload']={value:'1'}}if(e&&!(A(b,'x-gray-reason')&&A(a,'x-gray-version'))){
a['x-gray-version']={value:e}}if(A(b,'x-gray-explain'))a['x-gray']={value:A(b,'x-gray-explain')};if(A(b,'x-gray-reload'))a['x-gray-reload']={value:'1'}
;if(d&&d!=='-'){if(!c.cookies)c.cookies={};c.cookies['__Host-gray']=B(d)}}catch(h){return c}return c}let A=(a,b)=>a[b]&&typeof a[b].value==='string'?a[b].value:'';
