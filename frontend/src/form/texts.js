/**
 * The texts that form-js has in its code, as they stand there, and what stands there after the
 * build (tools/localise.js). A text that a new release no longer has stops the build.
 */
export const FORM_TEXTS = [

  // validation
  [ '\'Field is required.\'', '\'此项必填。\'' ],
  [ '`Field must match pattern ${validation.pattern}.`', '\'格式不正确，请按说明填写。\'' ],
  [ '`Field must have minimum value of ${validation.min}.`', '`不能小于 ${validation.min}。`' ],
  [ '`Field must have maximum value of ${validation.max}.`', '`不能大于 ${validation.max}。`' ],
  [
    '`Field must have minimum length of ${validation.minLength}.`',
    '`至少 ${validation.minLength} 个字，现有 ${value.trim().length} 个。`'
  ],
  [
    '`Field must have maximum length of ${validation.maxLength}.`',
    '`最多 ${validation.maxLength} 个字，现有 ${value.trim().length} 个。`'
  ],
  [ '\'Min validation value is not a valid number.\'', '\'表单设置的最小值不是数字。\'' ],
  [ '\'Max validation value is not a valid number.\'', '\'表单设置的最大值不是数字。\'' ],
  [
    '\'Field must be a valid  international phone number. (e.g. +4930664040900)\'',
    '\'请填写带国际区号的电话号码，如 +8651900000000。\''
  ],
  [ '\'Field must be a valid email.\'', '\'请填写有效的电子邮箱。\'' ],
  [ '\'Value is not a number.\'', '\'请填写数字。\'' ],
  [
    '\'Value is expected to \' + (decimalDigits === 0 ? \'be an integer\' : `have at most ${decimalDigits} decimal digit${decimalDigits > 1 ? \'s\' : \'\'}`) + \'.\'',
    '(decimalDigits === 0 ? \'请填写整数。\' : `最多 ${decimalDigits} 位小数。`)'
  ],
  [
    '`Please select a valid value, the two nearest valid values are ${previousValue} and ${nextValue}.`',
    '`最接近的有效值是 ${previousValue} 和 ${nextValue}。`'
  ],
  [ '\'Date and time must both be entered.\'', '\'日期和时间都要填写。\'' ],
  [ '\'Document reference is not defined.\'', '\'没有指定文件。\'' ],

  // controls
  [ 'emptyListMessage = \'No results\'', 'emptyListMessage = \'没有匹配的选项\'' ],
  [ '\'No results\' : \'All values selected\'', '\'没有匹配的选项\' : \'已全部选择\'' ],
  [ 'placeholder: \'Search\'', 'placeholder: \'输入以查找\'' ],
  [ 'readonly ? undefined : \'Search\'', 'readonly ? undefined : \'输入以查找\'' ],
  [ 'valueLabel || \'Select\'', 'valueLabel || \'请选择\'' ],
  [ '"aria-label": "Increment"', '"aria-label": "加一"' ],
  [ '"aria-label": "Decrement"', '"aria-label": "减一"' ],
  [ 'title: "Remove tag"', 'title: "移除"' ],
  [ 'label: "Skip to search"', 'label: "跳到查找"' ],
  [ 'children: "Nothing to show."', 'children: "没有内容。"' ],
  [ '\'Nothing to show.\'', '\'没有内容。\'' ],
  [ 'text: "No content to show."', 'text: "没有内容。"' ],
  [ '"aria-label": "Previous page"', '"aria-label": "上一页"' ],
  [ '"aria-label": "Next page"', '"aria-label": "下一页"' ],
  [ 'children: "Browse"', 'children: "选择文件"' ],
  [ '\'No files selected\'', '\'尚未选择文件\'' ],
  [ '`${files.length} files selected`', '`已选择 ${files.length} 个文件`' ],
  [ '`Remove list item ${itemIndex + 1}`', '`移除第 ${itemIndex + 1} 项`' ],
  [ '`Download ${fileName}`', '`下载 ${fileName}`' ],
  [ '\'Add new\'', '\'添加一项\'' ],
  [ '`Expand all (${values.length - 1})`', '`展开全部（${values.length - 1}）`' ],
  [ '\'Collapse\']', '\'收起\']' ],
  [ '\'Click to remove sorting\'', '\'点击取消排序\'' ],

  // dates as they are written here, whatever language the browser speaks
  [ 'getLocaleDateFormat(locale = \'default\')', 'getLocaleDateFormat(locale = \'zh-CN\')' ],
  [ 'placeholder: getLocaleReadableDateFormat()', 'placeholder: \'年/月/日\'' ]
];
