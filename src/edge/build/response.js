function e(e){let r=e.indexOf(';');return{value:e.slice(0,r),attributes:'Path=/; Max-Age='+e.slice(r+1)+'; Secure; HttpOnly; SameSite=Lax'}}function handler(a){
let o=a.response;try{let t=a.request.headers,n=o.headers,l=r(t,'x-gray-cookie'),i=r(t,'x-gray-version');if(l)n['cache-control']={value:'private, no-cache'
};else if(r(t,'x-gray-reason')){n['cache-control']={value:'private, no-store'};let e=r(n,'x-gray-version');e&&e!==i&&(n['x-gray-reload']={value:'1'})}
!i||r(t,'x-gray-reason')&&r(n,'x-gray-version')||(n['x-gray-version']={value:i}),r(t,'x-gray-explain')&&(n['x-gray']={value:r(t,'x-gray-explain')}),
r(t,'x-gray-reload')&&(n['x-gray-reload']={value:'1'}),l&&'-'!==l&&(o.cookies||(o.cookies={}),o.cookies['__Host-gray']=e(l))}catch(e){return o}return o}
function r(e,r){return e[r]&&'string'==typeof e[r].value?e[r].value:''}
