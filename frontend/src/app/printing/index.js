// A button [data-print] prints its page.
export default function printing(document) {
  document.addEventListener('click', event => {
    if (event.target.closest('[data-print]')) {
      window.print();
    }
  });
}
