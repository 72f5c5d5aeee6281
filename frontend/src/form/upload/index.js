import Upload from './Upload.js';

/** `<div data-upload>`: see the page contract in frontend/README.md. */
export default function startUpload(container) {
  const upload = new Upload(container);

  container.checkUpload = () => upload.check();
}
